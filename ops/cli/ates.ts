/** `ates`: the command line. Each command is a file of its own; they load when they are called. */
import { fileURLToPath } from "node:url";
import { type Command, helpOf, parseArguments, UsageError } from "./command.ts";

export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  up: async () => (await import("./up.ts")).up,
  edge: async () => (await import("./edge.ts")).edge,
  worker: async () => (await import("./worker.ts")).worker,
  migrate: async () => (await import("./migrate.ts")).migrateCommand,
  seed: async () => (await import("./seed.ts")).seed,
  "close-day": async () => (await import("./close-day.ts")).closeDay,
  verify: async () => (await import("./verify.ts")).verify,
  backup: async () => (await import("./backup.ts")).backup,
  rebuild: async () => (await import("./rebuild.ts")).rebuild,
  schemas: async () => (await import("./schemas.ts")).schemas,
  reconcile: async () => (await import("./reconcile.ts")).reconcileCommand,
  release: async () => (await import("./release.ts")).release,
  streams: async () => (await import("./streams.ts")).streams,
  "dead-letters": async () => (await import("./dead-letters.ts")).deadLetters,
  "sandbox-bank": async () => (await import("./sandbox-bank.ts")).sandboxBank,
  config: async () => (await import("./config.ts")).config,
  doctor: async () => (await import("./doctor.ts")).doctor,
};

/** Runs one command and sets the exit code: 0 done, 1 failed, 2 called wrongly. */
export async function ates(args: readonly string[]): Promise<void> {
  try {
    process.exitCode = await dispatch(args);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`ates: ${message}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

async function dispatch([name, ...rest]: readonly string[]): Promise<number> {
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    process.stdout.write(await overview());
    return name === undefined ? 2 : 0;
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load === undefined)
    throw new UsageError(`expected one of ${Object.keys(COMMANDS).join(", ")}, got ${name}`);
  const command = await load();
  if (rest.includes("--help") || rest.includes("-h")) {
    process.stdout.write(helpOf(command));
    return 0;
  }
  return command.run(parseArguments(command, rest));
}

async function overview(): Promise<string> {
  const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(14)}${summary.split("\n")[0]}`);
  return [
    "ates: the Awesome Task Exchange System",
    "",
    ...lines,
    "",
    "ates <command> --help says more.",
    "",
  ].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await ates(process.argv.slice(2));
