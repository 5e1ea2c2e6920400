// One embedded server as a child process: its own session, its log in a file, an end that cannot be forgotten.
//
// 1. A child is never in the terminal's process group: Ctrl-C reaches only us, and we stop the servers last, after the
//    workers have drained.
// 2. A child does not outlive us: stop() ends it in order, the exit hook when we leave without stop(), the kernel's
//    parent-death signal (through setpriv, Linux) when we are killed.
// 3. stop() has a deadline per signal and always ends in SIGKILL; a second stop() returns the first one's promise.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  openSync,
  readFileSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export type ServerLog = {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
};

export type SystemUser = { uid: number; gid: number };

export type StopStep = { signal: NodeJS.Signals; waitMs: number };

export type ServerCommand = {
  name: string;
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  /** What the server prints goes to the end of this file. */
  logFile: string;
  /** Gets our pid, for takeOver. */
  hostFile: string;
  /** Whom to run as; only root can choose. */
  user?: SystemUser | undefined;
  /** In order of growing force; SIGKILL is added at the end. The first one is also the parent-death signal. */
  stopSteps: [StopStep, ...StopStep[]];
};

const logBytesMax = 16 * 1024 * 1024;
const tailBytesMax = 4096;
const tailLinesMax = 12;

const running = new Set<ServerProcess>();

export class ServerProcess {
  readonly name: string;
  readonly pid: number;
  readonly exited: Promise<void>;
  /** How it ended, once it has: "exit code 1", "signal SIGKILL". */
  ending: string | undefined;

  readonly #child: ChildProcess;
  readonly #command: ServerCommand;
  readonly #log: ServerLog;
  #stopping: Promise<void> | undefined;

  private constructor(child: ChildProcess, pid: number, command: ServerCommand, log: ServerLog) {
    this.name = command.name;
    this.pid = pid;
    this.#child = child;
    this.#command = command;
    this.#log = log;
    running.add(this);
    this.exited = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        this.ending = signal === null ? `exit code ${code}` : `signal ${signal}`;
        running.delete(this);
        resolve();
      });
    });
  }

  static start(command: ServerCommand, log: ServerLog): Promise<ServerProcess> {
    rotate(command.logFile);
    const output = openSync(command.logFile, "a", 0o600);
    const [file, args] = guarded(command);
    const child = spawn(file, args, {
      env: command.env,
      stdio: ["ignore", output, output],
      detached: true,
      ...(command.user !== undefined && file === command.command ? command.user : {}),
    });
    closeSync(output);
    writeFileSync(command.hostFile, `${process.pid}\n`);
    return new Promise((resolve, reject) => {
      child.once("error", (cause) => reject(new Error(`${command.name} cannot be started.`, { cause })));
      child.once("spawn", () => resolve(new ServerProcess(child, child.pid as number, command, log)));
    });
  }

  /** From now on an end that nobody asked for is worth an error in the log. */
  watch(): void {
    this.exited.then(() => {
      if (this.#stopping !== undefined) return;
      this.#log.error(`${this.name} (pid ${this.pid}) ended by itself, ${this.ending}. ${this.logTail()}`);
    });
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stopInOrder();
    return this.#stopping;
  }

  /** The newest lines of the server's own log, for an error message. */
  logTail(): string {
    return `Its log ${this.#command.logFile} ends with:\n${tailOf(this.#command.logFile)}`;
  }

  /** Not to be awaited: the process is about to leave. */
  abandon(): void {
    this.#child.kill(this.#command.stopSteps[0].signal);
  }

  async #stopInOrder(): Promise<void> {
    for (const step of this.#command.stopSteps) {
      if (await this.#endsAfter(step)) return;
      this.#log.warn(`${this.name} (pid ${this.pid}) has not ended ${step.waitMs} ms after ${step.signal}.`);
    }
    this.#child.kill("SIGKILL");
    await this.exited;
  }

  async #endsAfter(step: StopStep): Promise<boolean> {
    if (this.ending !== undefined) return true;
    this.#child.kill(step.signal);
    const waiting = new AbortController();
    await Promise.race([
      this.exited,
      sleep(step.waitMs, undefined, { signal: waiting.signal }).catch(() => undefined),
    ]);
    waiting.abort();
    return this.ending !== undefined;
  }
}

process.on("exit", () => {
  for (const server of running) server.abandon();
});

/** Only the folder itself is closed to others: the server of another user may live beside it. */
export async function privateFolder(folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
}

export type Occupied = {
  name: string;
  /** Where its server works. */
  folder: string;
  /** Written by the server itself. */
  pidFile: string;
  /** Written by us: who started that server. */
  hostFile: string;
  /** For a server whose host is gone and which is about to follow it. */
  waitMs: number;
};

/**
 * Clears away what an ended server left, and refuses to be the second one in a folder. Only a process that works in that
 * folder counts: a number from before a reboot, or from another container, may be anybody's by now.
 */
export async function takeOver({ name, folder, pidFile, hostFile, waitMs }: Occupied): Promise<void> {
  const pid = await numberIn(pidFile);
  if (pid === undefined) return;
  const host = await numberIn(hostFile);
  const deadline = performance.now() + waitMs;
  while (worksIn(folder, pid)) {
    if (parentOf(pid) === host || performance.now() > deadline) {
      throw new Error(
        `Another ${name} (pid ${pid}) works on ${folder}: is another aTES running? Stop it first.`,
      );
    }
    await sleep(100);
  }
  await rm(pidFile, { force: true });
}

async function numberIn(file: string): Promise<number | undefined> {
  const number = Number.parseInt(await readFile(file, "utf8").catch(() => ""), 10);
  return Number.isNaN(number) ? undefined : number;
}

/** A server's parent is its host as long as that lives. */
function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
}

/** Whether the process with this number is at work in the folder, and not somebody else who was given its number. */
export function worksIn(folder: string, pid: number): boolean {
  if (process.platform !== "linux") return isAlive(pid);
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(folder);
  } catch {
    return false;
  }
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

let setprivWorks: boolean | undefined;

/** The command behind setpriv where there is one: it sets the parent-death signal and the user, then becomes the server. */
function guarded(command: ServerCommand): [string, string[]] {
  setprivWorks ??= spawnSync("setpriv", ["--pdeathsig", "keep", "true"]).status === 0;
  if (!setprivWorks) return [command.command, command.args];
  const { user } = command;
  const identity =
    user === undefined ? [] : ["--reuid", `${user.uid}`, "--regid", `${user.gid}`, "--clear-groups"];
  const signal = command.stopSteps[0].signal.slice("SIG".length);
  return ["setpriv", [...identity, "--pdeathsig", signal, command.command, ...command.args]];
}

function rotate(logFile: string): void {
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  if (size > logBytesMax) renameSync(logFile, `${logFile}.1`);
}

function tailOf(logFile: string): string {
  try {
    const file = openSync(logFile, "r");
    const size = statSync(logFile).size;
    const buffer = Buffer.alloc(Math.min(size, tailBytesMax));
    readSync(file, buffer, 0, buffer.length, size - buffer.length);
    closeSync(file);
    return buffer.toString("utf8").trimEnd().split("\n").slice(-tailLinesMax).join("\n");
  } catch {
    return "(the log cannot be read)";
  }
}
