/** The system that the overload bench asks too much of: embedded servers, a worker and an edge as processes of their own. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type pg from "pg";
import { postgresPool } from "../actors/runtime/postgres.ts";
import { signAccessToken } from "../http/auth/access-token.ts";
import { SigningKeys } from "../http/auth/signing-keys.ts";
import { readConfig } from "../ops/config.ts";
import { choosePort, freePort } from "../ops/embedded/free-port.ts";
import { startPostgres } from "../ops/embedded/postgres.ts";
import { startRedis } from "../ops/embedded/redis.ts";
import { install } from "../ops/install.ts";
import { migrate } from "../ops/migrate.ts";
import { newUuid, type UserId } from "../schemas/ids.ts";
import { Callers } from "./open-loop.ts";
import { costOfTree } from "./process-tree.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const log = { info: () => {}, warn: () => {}, error: () => {} };
/** Each sends below its own rate limit of 50 a second. */
const SENDERS = 600;
const CONNECTIONS = 2_000;
const PEOPLE = 20;
const START_MAX_MS = 30_000;

/** Who uses the machine. */
const PARTS = ["callers", "edge", "worker", "postgres", "redis", "refuser"] as const;
type Part = (typeof PARTS)[number];

/** Cores used on average. */
export type Cores = Readonly<Record<Part, number>>;

/** Servers, one worker, one edge, and callers with tokens of their own. */
export class OverloadSystem {
  readonly callers: Callers;
  /** The same requests to a server that refuses all of them. */
  readonly refuser: Callers;
  readonly #pids: Readonly<Record<Exclude<Part, "callers">, number>>;
  readonly #end: () => Promise<void>;

  private constructor(
    pids: Readonly<Record<Exclude<Part, "callers">, number>>,
    callers: Callers,
    refuser: Callers,
    end: () => Promise<void>,
  ) {
    this.#pids = pids;
    this.callers = callers;
    this.refuser = refuser;
    this.#end = end;
  }

  static async start(): Promise<OverloadSystem> {
    const endings: (() => unknown)[] = [];
    const end = async () => {
      for (const each of endings.reverse()) await each();
    };
    try {
      return await OverloadSystem.#start(endings, end);
    } catch (error) {
      await end();
      throw error;
    }
  }

  static async #start(endings: (() => unknown)[], end: () => Promise<void>): Promise<OverloadSystem> {
    const folder = await mkdtemp(join(tmpdir(), "ates-bench-"));
    await chmod(folder, 0o755); // as root the servers run as another user, who must get in
    endings.push(() => rm(folder, { recursive: true, force: true }));
    const postgres = await startPostgres({ dataDir: join(folder, "postgres"), log });
    const redis = await startRedis({ dataDir: join(folder, "redis"), log });
    endings.push(postgres.stop, redis.stop);
    const pool = postgresPool(postgres.url, 2, () => {});
    endings.push(() => pool.end());
    await migrate(pool);
    await install(pool, readConfig({}), Date.now(), async () => "");
    const port = await choosePort("The edge", undefined);
    const env = {
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      SMTP_URL: "smtp://127.0.0.1:1",
      ATES_LOG_LEVEL: "error",
      ATES_HTTP_PORT: String(port),
    };
    const worker = start(["main.ts", "worker"], env);
    const edge = start(["main.ts", "edge"], env);
    const request = await requestsOf(pool);
    const callers = new Callers(port, request.createTask);
    const refuserPort = await freePort();
    const refusing = start(["bench/ceilings/refuser.ts", String(refuserPort)], env);
    const refuser = new Callers(refuserPort, request.createTask);
    endings.push(
      () => ended(worker),
      () => ended(edge),
      () => ended(refusing),
      () => callers.close(),
      () => refuser.close(),
    );
    await until(async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok, "the edge is ready");
    await peopled(`http://127.0.0.1:${port}/api/v1`, request.adminToken, pool);
    await callers.connect(CONNECTIONS);
    await until(() => refuser.connect(CONNECTIONS).then(() => true), "the refuser listens");
    const pids = {
      edge: pidOf(edge),
      worker: pidOf(worker),
      postgres: postgres.pid,
      redis: redis.pid,
      refuser: pidOf(refusing),
    };
    return new OverloadSystem(pids, callers, refuser, end);
  }

  end(): Promise<void> {
    return this.#end();
  }

  memory(): { edge: number; worker: number } {
    return { edge: megabytesOf(this.#pids.edge), worker: megabytesOf(this.#pids.worker) };
  }

  /** From now on: answers who has used how many cores since. */
  coresSince(): () => Cores {
    const [before, sinceMs] = [this.#cpuSeconds(), performance.now()];
    return () => {
      const now = this.#cpuSeconds();
      const passedS = (performance.now() - sinceMs) / 1_000;
      return Object.fromEntries(PARTS.map((part) => [part, (now[part] - before[part]) / passedS])) as Cores;
    };
  }

  #cpuSeconds(): Cores {
    const { user, system } = process.cpuUsage();
    const others = Object.entries(this.#pids).map(([part, pid]) => [part, costOfTree(pid).cpuSeconds]);
    return { callers: (user + system) / 1e6, ...Object.fromEntries(others) };
  }

  /** Answers how to stop watching, and what the most was. */
  watchMemory(): () => { edge: number; worker: number } {
    let most = this.memory();
    const timer = setInterval(() => {
      const now = this.memory();
      most = { edge: Math.max(most.edge, now.edge), worker: Math.max(most.worker, now.worker) };
    }, 200);
    return () => {
      clearInterval(timer);
      return most;
    };
  }
}

function start(program: readonly string[], env: Record<string, string>): ChildProcess {
  const profiles = process.env.ATES_BENCH_PROFILE;
  const profiling = profiles === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profiles}`];
  const stdio = ["ignore", "ignore", "inherit"] as ("ignore" | "inherit")[];
  return spawn(process.execPath, [...profiling, ...program], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio,
  });
}

async function ended(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGTERM");
  if (child.exitCode === null) await gone;
}

function megabytesOf(pid: number): number {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1_024);
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error("a process could not be started");
  return pid;
}

/** Signed here with the installation's keys: log-ins are slow on purpose. */
async function requestsOf(pool: pg.Pool): Promise<{ createTask: () => string; adminToken: string }> {
  const keys = new SigningKeys(pool);
  const tokenOf = (role: "admin" | "employee") =>
    signAccessToken(keys, { userId: newUuid() as UserId, role, sessionId: newUuid() }, Date.now());
  const tokens = await Promise.all(Array.from({ length: SENDERS }, () => tokenOf("employee")));
  const body = JSON.stringify({ title: "Sharpen the beak of the log-in page", jiraId: "UBERPOP-42" });
  let sent = 0;
  const createTask = () =>
    [
      "POST /api/v1/tasks HTTP/1.1",
      "Host: 127.0.0.1",
      "Content-Type: application/json",
      `Content-Length: ${body.length}`,
      `Authorization: Bearer ${tokens[sent++ % SENDERS]}`,
      `Idempotency-Key: ${newUuid()}`,
      "",
      body,
    ].join("\r\n");
  return { createTask, adminToken: await tokenOf("admin") };
}

/** People who can be given tasks. */
async function peopled(api: string, adminToken: string, pool: pg.Pool): Promise<void> {
  for (let n = 0; n < PEOPLE; n++) {
    const person = {
      email: `popug-${n}@bench.local`,
      name: `Popug ${n}`,
      role: "employee",
      password: "beaks-and-claws",
    };
    const headers = {
      Authorization: `Bearer ${adminToken}`,
      "Content-Type": "application/json",
      "Idempotency-Key": newUuid(),
    };
    await until(
      async () =>
        (await fetch(`${api}/users`, { method: "POST", headers, body: JSON.stringify(person) })).status ===
        201,
      "a person is registered",
    );
  }
  await until(
    async () => (await pool.query("select from board_people")).rowCount === PEOPLE,
    "the board knows everybody",
  );
}

async function until(check: () => Promise<boolean>, what: string): Promise<void> {
  const endMs = performance.now() + START_MAX_MS;
  while (!(await check().catch(() => false))) {
    if (performance.now() > endMs) throw new Error(`${what}: not within ${START_MAX_MS} ms`);
    await sleep(50);
  }
}
