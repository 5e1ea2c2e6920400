/** Where a running `ates up` is: written into its data folder, so that other commands find it; gone when it ends. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface Running {
  readonly pid: number;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly smtpUrl: string;
  readonly boardUrl: string;
  readonly mailboxUrl: string | undefined;
}

const fileIn = (dataDir: string) => join(dataDir, "running.json");

/** Readable by its owner only: it holds passwords. */
export async function writeRunning(dataDir: string, running: Running): Promise<void> {
  await writeFile(fileIn(dataDir), `${JSON.stringify(running, null, 2)}\n`, { mode: 0o600 });
}

export async function removeRunning(dataDir: string): Promise<void> {
  await rm(fileIn(dataDir), { force: true });
}

/** The running system of a data folder; undefined when none runs. */
export async function readRunning(dataDir: string): Promise<Running | undefined> {
  try {
    const running = JSON.parse(await readFile(fileIn(dataDir), "utf8")) as Running;
    process.kill(running.pid, 0);
    return running;
  } catch {
    return undefined;
  }
}
