// What the tests of the embedded servers share: a folder of their own, a log to look into, a host to kill.

import { type ChildProcess, spawn } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { ServerLog } from "../../ops/embedded/server-process.ts";

export const checkout = fileURLToPath(new URL("../../", import.meta.url));

/** Open to the user whom Postgres runs as when the tests run as root. */
export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "ates-ops-"));
  await chmod(folder, 0o755);
  return folder;
}

export function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

export type RecordedLog = ServerLog & { lines: string[] };

export function recordedLog(): RecordedLog {
  const lines: string[] = [];
  const add = (line: string) => void lines.push(line);
  return { lines, info: add, warn: add, error: add };
}

export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0) && !isZombie(pid);
  } catch {
    return false;
  }
}

/** Where nobody reaps orphans, a dead process keeps its number. */
function isZombie(pid: number): boolean {
  return stateOf(pid)[0] === "Z";
}

export function processGroup(pid: number): number {
  return Number(stateOf(pid)[2]);
}

function stateOf(pid: number): string[] {
  const stat = process.getBuiltinModule("node:fs").readFileSync(`/proc/${pid}/stat`, "latin1");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

export async function until(fact: () => boolean | Promise<boolean>, deadlineMs = 20_000): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!(await fact())) {
    if (performance.now() > deadline) throw new Error(`Not so after ${deadlineMs} ms: ${fact}`);
    await sleep(50);
  }
}

export type Host = { process: ChildProcess; serverPid: number };

/** Another process that starts an embedded server by this expression and then does as it is told. */
export async function hostProcess(imported: string, start: string, then = ""): Promise<Host> {
  const module = JSON.stringify(new URL(`../../ops/embedded/${imported}`, import.meta.url).href);
  const source = `
    const log = { info() {}, warn() {}, error() {} };
    const embedded = await import(${module});
    const server = await embedded.${start};
    console.log(server.pid);
    ${then}
    setInterval(() => {}, 1000);`;
  const host = spawn(process.execPath, ["--input-type=module", "-e", source], {
    cwd: checkout,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const serverPid = await new Promise<number>((resolve, reject) => {
    host.stdout.once("data", (bytes) => resolve(Number(bytes)));
    host.once("exit", () => reject(new Error("The host ended before its server started.")));
  });
  return { process: host, serverPid };
}

/** The message of the error that the work ends in. */
export async function failureOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error("It did not fail.");
}
