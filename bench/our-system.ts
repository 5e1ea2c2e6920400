/** Ours as it is deployed: an edge and workers, each a process of its own, at the default configuration. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { postgresPool } from "../actors/runtime/postgres.ts";
import { freePort } from "../ops/embedded/free-port.ts";
import { readCompany } from "../ops/install.ts";
import { awaitSettled, isSettled } from "../ops/lag.ts";
import { ready, redisFactory } from "../streams/connection.ts";
import { ALL_TOPICS, partitionsOf, streamKey, TOPICS } from "../streams/topology.ts";
import type { BenchServers } from "./bench-servers.ts";
import { until } from "./program.ts";
import { stopAtEnd } from "./stop-order.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const START_MS_MAX = 60_000;
const SETTLE_MS_MAX = 120_000;
const NO_MAIL_SERVER = "smtp://127.0.0.1:1";

export interface SystemOptions {
  readonly databaseUrl: string;
  readonly workers?: number;
  readonly env?: Readonly<Record<string, string>>;
}

export class OurSystem {
  readonly port: number;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly workerPids: readonly number[];
  readonly edgePid: number;
  readonly stop: () => Promise<unknown>;

  private constructor(
    { port, databaseUrl, redisUrl }: Place,
    pids: { readonly workers: readonly number[]; readonly edge: number },
    stop: () => Promise<unknown>,
  ) {
    this.port = port;
    this.databaseUrl = databaseUrl;
    this.redisUrl = redisUrl;
    this.workerPids = pids.workers;
    this.edgePid = pids.edge;
    this.stop = stop;
  }

  /** Resolves when every partition has its owner and the edge takes requests. */
  static async start(servers: BenchServers, options: SystemOptions): Promise<OurSystem> {
    const { databaseUrl, workers = 1 } = options;
    const port = await freePort();
    const redisUrl = await servers.redisOfItsOwn();
    const env = {
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      SMTP_URL: NO_MAIL_SERVER,
      ATES_LOG_LEVEL: "error",
      ATES_HTTP_PORT: `${port}`,
      ...options.env,
    };
    const roles = [...Array.from({ length: workers }, () => "worker" as const), "edge" as const];
    const processes = roles.map((role) => new RoleProcess(role, env));
    const stop = stopAtEnd(() => Promise.all(processes.map((each) => each.stop())));
    const place = { port, databaseUrl, redisUrl };
    await Promise.race([readiness(place), ...processes.map((each) => each.endedEarly)]);
    const pids = processes.map(({ pid }) => pid);
    return new OurSystem(place, { workers: pids.slice(0, workers), edge: pids.at(-1) ?? 0 }, stop);
  }

  /** Until every fact is applied, so that nothing of one lane runs into the next. */
  async settled(): Promise<void> {
    const pool = postgresPool(this.databaseUrl, 1, () => {});
    try {
      const unsettled = await awaitSettled(pool, SETTLE_MS_MAX);
      if (!isSettled(unsettled)) throw new Error(`not settled within ${SETTLE_MS_MAX} ms`);
    } finally {
      await pool.end();
    }
  }
}

class RoleProcess {
  readonly #child: ChildProcess;
  readonly endedEarly: Promise<never>;
  #said = "";

  constructor(role: "edge" | "worker", env: Readonly<Record<string, string>>) {
    const profiles = process.env.ATES_BENCH_PROFILE;
    const profiling = profiles === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profiles}`];
    this.#child = spawn(process.execPath, [...profiling, "main.ts", role], {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const output of [this.#child.stdout, this.#child.stderr]) {
      output?.on("data", (bytes) => {
        this.#said = `${this.#said}${bytes}`.slice(-1_000);
      });
    }
    this.endedEarly = new Promise((_, reject) => {
      this.#child.once("exit", (code) => reject(new Error(`the ${role} ended with ${code}: ${this.#said}`)));
    });
    this.endedEarly.catch(() => {}); // at the end nobody waits for it any more
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await ended;
  }
}

interface Place {
  readonly port: number;
  readonly databaseUrl: string;
  readonly redisUrl: string;
}

async function readiness({ port, databaseUrl, redisUrl }: Place): Promise<void> {
  const pool = postgresPool(databaseUrl, 1, () => {});
  const redis = await ready(redisFactory(redisUrl, () => {})("commands"));
  const untilMs = performance.now() + START_MS_MAX;
  try {
    const { partitions } = await readCompany(pool);
    const streams = ALL_TOPICS.filter((topic) => TOPICS[topic].durable).flatMap((topic) =>
      Array.from({ length: partitionsOf(TOPICS[topic].spread, partitions) }, (_, partition) =>
        streamKey({ topic, partition }),
      ),
    );
    await until(async () => {
      if (performance.now() > untilMs) throw new Error(`the system was not ready within ${START_MS_MAX} ms`);
      const { rowCount } = await pool.query("select from partitions where owner is null limit 1");
      return rowCount === 0 && (await redis.exists(streams)) === streams.length && (await isReady(port));
    }, 50);
  } finally {
    redis.disconnect();
    await pool.end();
  }
}

async function isReady(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/readyz`).then(
    (response) => response.ok,
    () => false,
  );
}
