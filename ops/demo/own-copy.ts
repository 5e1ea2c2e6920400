/**
 * A copy of the whole system for this demo alone, in a folder of its own, on free ports: started as `npm start` starts
 * it, without demo data; asked to end in order; nothing of it is left.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const CHECKOUT = fileURLToPath(new URL("../../", import.meta.url));
const START_MS_MAX = 90_000;
const STOP_MS_MAX = 25_000;
const LOOK_EVERY_MS = 50;
const TAIL_LINES = 25;

/** A system to talk to: where it is and what its admin's password is. */
export interface System {
  readonly url: string;
  readonly mailboxUrl: string;
  readonly password: string;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/** What `up` writes down of itself when it serves. */
interface Running {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly boardUrl: string;
  readonly mailboxUrl: string;
}

export class OwnCopy {
  readonly folder: string;
  readonly #process: ChildProcess;
  readonly #exit: Promise<unknown>;
  #running: Running | undefined;

  private constructor(folder: string, child: ChildProcess) {
    this.folder = folder;
    this.#process = child;
    this.#exit = once(child, "exit");
  }

  static async start(password: string): Promise<OwnCopy> {
    const folder = await mkdtemp(join(tmpdir(), "ates-demo-"));
    // Open to the user whom Postgres runs as when this runs as root.
    await chmod(folder, 0o755);
    const output = openSync(logIn(folder), "w");
    const up = ["main.ts", "up", "--fresh", "--no-demo-data", "--port", "0", "--data", join(folder, "data")];
    const [file = process.execPath, ...args] = [...mortal(), process.execPath, ...up];
    const stdio = ["ignore", output, output] as const;
    // A session of its own: a Ctrl-C in the terminal is ours alone to pass on.
    const child = spawn(file, args, {
      cwd: CHECKOUT,
      env: environment(password),
      stdio: [...stdio],
      detached: true,
    });
    closeSync(output);
    return new OwnCopy(folder, child);
  }

  /** Serves from now on. */
  async ready(password: string, signal: AbortSignal): Promise<System> {
    const untilMs = performance.now() + START_MS_MAX;
    while (this.#running === undefined) {
      this.#running = readRunning(this.folder);
      if (this.#process.exitCode !== null) throw new Error(`the copy ended with its start:\n${this.tail()}`);
      if (performance.now() > untilMs) throw new Error(`the copy does not serve:\n${this.tail()}`);
      await sleep(LOOK_EVERY_MS, undefined, { signal });
    }
    const { boardUrl, mailboxUrl } = this.#running;
    return { url: boardUrl, mailboxUrl, password };
  }

  /** `ates verify` on the copy's servers. */
  verify(signal: AbortSignal): Promise<Ended> {
    const { databaseUrl = "", redisUrl = "" } = this.#running ?? {};
    return runVerify({ DATABASE_URL: databaseUrl, REDIS_URL: redisUrl }, signal);
  }

  /** Asks it to drain and waits; one that does not end is ended. */
  async stop(): Promise<Ended> {
    const { pid } = this.#process;
    if (this.#process.exitCode === null && pid !== undefined) {
      this.#process.kill("SIGTERM");
      const late = new AbortController();
      const isEnded = this.#exit.then(() => true);
      const isLate = sleep(STOP_MS_MAX, false, { signal: late.signal }).catch(() => false);
      if (!(await Promise.race([isEnded, isLate]))) process.kill(-pid, "SIGKILL");
      late.abort();
      await this.#exit;
    }
    const { exitCode: code, signalCode: signal } = this.#process;
    return { code, signal, output: this.tail() };
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** The end of what it printed. */
  tail(): string {
    return readFileSync(logIn(this.folder), "utf8").trimEnd().split("\n").slice(-TAIL_LINES).join("\n");
  }
}

/** The ledger's own check, by the program that operators use. */
export async function runVerify(servers: Record<string, string>, signal: AbortSignal): Promise<Ended> {
  const env = { ...process.env, ATES_LOG_LEVEL: "error", ...servers };
  const child = spawn(process.execPath, ["main.ts", "verify"], {
    cwd: CHECKOUT,
    env,
    signal,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const collect = (bytes: Buffer) => {
    output += bytes.toString();
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  await once(child, "close");
  return { code: child.exitCode, signal: child.signalCode, output };
}

/** The program's settings are its defaults, whatever is set around us; of telemetry what is set around us. */
function environment(password: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(ATES_|DATABASE_URL$|REDIS_URL$|SMTP_URL$)/.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    ATES_DEMO_PASSWORD: password,
    ATES_TIME_ZONE: zoneOfNoon(),
    ATES_LOG_LEVEL: "info",
  };
}

/** A zone where it is about noon: no cut-off comes while the demo runs. Etc/GMT-5 is five hours east. */
function zoneOfNoon(): string {
  const east = 12 - new Date().getUTCHours();
  return `Etc/GMT${east > 0 ? "-" : "+"}${Math.abs(east)}`;
}

/** Makes the copy end when we are killed and cannot ask it to (Linux). */
function mortal(): string[] {
  if (process.platform !== "linux") return [];
  const works = spawnSync("setpriv", ["--pdeathsig", "keep", "true"]).status === 0;
  return works ? ["setpriv", "--pdeathsig", "TERM"] : [];
}

function logIn(folder: string): string {
  return join(folder, "up.log");
}

function readRunning(folder: string): Running | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, "data", "running.json"), "utf8")) as Running;
  } catch {
    return undefined;
  }
}
