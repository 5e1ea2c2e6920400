/**
 * `ates up`, behind `npm start`: everything in one process, with servers of its own where none are named. Started in
 * order, ended in reverse: the edge takes nothing new, the worker finishes its batches, then the servers stop.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { readConfig } from "../config.ts";
import { startEverything } from "../roles/everything.ts";
import { endSignal } from "../roles/process.ts";
import { type Command, UsageError } from "./command.ts";
import { Progress } from "./progress.ts";

export const up: Command = {
  name: "up",
  usage: "[--fresh] [--port N] [--data DIR] [--no-demo-data]",
  summary:
    "Runs everything in this process: Postgres, Redis, mailbox, worker, edge and the board's pages, with demo data.",
  options: {
    fresh: { type: "boolean" },
    port: { type: "string" },
    data: { type: "string" },
    "no-demo-data": { type: "boolean" },
  },
  optionHelp: {
    "--fresh": "forget everything and begin anew",
    "--port N": "the board's port (default 8080, or any free one when it is taken; 0 = any free one)",
    "--data DIR": "where the embedded servers keep their data (default .ates)",
    "--no-demo-data": "only the admin, no people and tasks",
  },
  run: async ({ values }) => {
    const ended = endSignal();
    const progress = new Progress(process.stdout);
    const config = readConfig({
      ...process.env,
      ...(typeof values.port === "string" ? { ATES_HTTP_PORT: values.port } : {}),
      ...(typeof values.data === "string" ? { ATES_DATA_DIR: values.data } : {}),
    });
    if (values.fresh === true) await forget(config);
    const isPortWished = typeof values.port === "string" || process.env.ATES_HTTP_PORT !== undefined;
    const everything = await startEverything(config, {
      demoData: values["no-demo-data"] !== true,
      isPortWished,
      progress,
      ended,
    });
    if (everything === undefined) return 130;
    process.stdout.write(everything.welcome);
    await ended;
    process.stdout.write("\nDraining: begun requests and batches end first.\n");
    await everything.stop();
    process.stdout.write("Stopped. The data stays; the next start goes on with it.\n");
    return 0;
  },
};

/** Only what is ours: a named database is somebody's, and is never emptied from here. */
async function forget({ databaseUrl, redisUrl, dataDir }: ReturnType<typeof readConfig>): Promise<void> {
  if (databaseUrl !== undefined || redisUrl !== undefined) {
    throw new UsageError(
      "--fresh is for the embedded servers: expected DATABASE_URL and REDIS_URL to be unset",
    );
  }
  for (const name of ["postgres", "redis-data", "mailbox", "demo.json", "running.json"]) {
    await rm(join(dataDir, name), { recursive: true, force: true });
  }
}
