/** What a command of the command line is: a name, how to call it, what it does. */
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";

export interface Command {
  readonly name: string;
  /** Arguments after the name, as in `[date]`. */
  readonly usage: string;
  readonly summary: string;
  /** It looks at the words after its name itself; without this there must be none. */
  readonly takesWords?: true;
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
  const { name, options = {} } = command;
  const see = `(see \`ates ${name} --help\`)`;
  const { positionals, values } = parse(args, options, see);
  if (command.takesWords !== true && positionals.length > 0)
    throw new UsageError(
      `expected nothing but options after \`${name}\`, got ${positionals.join(" ")} ${see}`,
    );
  return { positionals, values };
}

function parse(args: readonly string[], options: ParseArgsOptionsConfig, see: string): Arguments {
  try {
    const { positionals, values } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { positionals, values: values as Arguments["values"] };
  } catch (error) {
    throw new UsageError(`${problemOf(error, options)} ${see}`);
  }
}

/** Node's sentence, without its advice about dashes; where an option is unknown, which there are. */
function problemOf(error: unknown, options: ParseArgsOptionsConfig): string {
  const { message, code } = error as Error & { code?: string };
  if (code !== "ERR_PARSE_ARGS_UNKNOWN_OPTION") return message.split("\n")[0] ?? message;
  const known = Object.keys(options).map((option) => `--${option}`);
  const got = /'(.*?)'/.exec(message)?.[1];
  return `expected ${known.length === 0 ? "no options" : `only ${known.join(", ")}`}, got ${got}`;
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
