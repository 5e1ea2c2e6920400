/** What a command of the command line is: a name, how to call it, what it does. */
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";

export interface Command {
  readonly name: string;
  /** Arguments after the name, as in `[date]`. */
  readonly usage: string;
  readonly summary: string;
  readonly options?: ParseArgsOptionsConfig;
  /** One line per option. */
  readonly optionHelp?: Readonly<Record<string, string>>;
  /** Answers the exit code. */
  run(args: Arguments): Promise<number>;
}

export interface Arguments {
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
}

/** What was called is wrong, not what was done: one sentence, exit code 2. */
export class UsageError extends Error {
  readonly code = "usage";
}

export function parseArguments(command: Command, args: readonly string[]): Arguments {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      options: command.options ?? {},
      allowPositionals: true,
    });
    return { positionals, values: values as Arguments["values"] };
  } catch (error) {
    throw new UsageError(
      `${error instanceof Error ? error.message : String(error)} (see \`ates ${command.name} --help\`)`,
    );
  }
}

export function helpOf({ name, usage, summary, optionHelp = {} }: Command): string {
  const options = Object.entries(optionHelp).map(([option, about]) => `  ${option.padEnd(24)}${about}`);
  return [
    `ates ${name} ${usage}`.trimEnd(),
    "",
    summary,
    ...(options.length > 0 ? ["", ...options] : []),
    "",
  ].join("\n");
}
