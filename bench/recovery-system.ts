/**
 * What is broken and mended by the recovery bench: embedded servers that can be stopped and started, workers as processes
 * of their own at the production's defaults, and a note of every commit of the account partitions.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Redis } from "ioredis";
import type pg from "pg";
import { postgresPool } from "../actors/runtime/postgres.ts";
import { readConfig } from "../ops/config.ts";
import { startPostgres } from "../ops/embedded/postgres.ts";
import { type EmbeddedServer, startRedis } from "../ops/embedded/redis.ts";
import { install } from "../ops/install.ts";
import { migrate } from "../ops/migrate.ts";
import type { Company } from "../schemas/company.ts";
import { ready, redisFactory } from "../streams/connection.ts";
import { definePublish } from "../streams/publish.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const log = { info: () => {}, warn: () => {}, error: () => {} };
const WAIT_MAX_MS = 60_000;

/** At the commit itself, whoever commits, by the clock of Postgres, which is the machine's. */
const NOTE_COMMITS = `
  create unlogged table noted_commits (partition integer, epoch bigint, inbox jsonb, at timestamptz);
  create function note_commit() returns trigger language plpgsql as $$
    begin insert into noted_commits values (new.partition, new.epoch, new.inbox, clock_timestamp()); return null; end $$;
  create constraint trigger note_commit after update on partitions deferrable initially deferred for each row
    when (new.kind = 'account' and old.inbox is distinct from new.inbox) execute function note_commit()`;

export class RecoverySystem {
  readonly pool: pg.Pool;
  readonly redis: Redis;
  readonly company: Company;
  readonly #folder: string;
  #postgres: EmbeddedServer;
  #redisServer: EmbeddedServer;
  #redisFolders = 1;
  readonly #workers = new Set<Worker>();

  private constructor(
    folder: string,
    postgres: EmbeddedServer,
    redisServer: EmbeddedServer,
    pool: pg.Pool,
    redis: Redis,
    company: Company,
  ) {
    this.#folder = folder;
    this.#postgres = postgres;
    this.#redisServer = redisServer;
    this.pool = pool;
    this.redis = redis;
    this.company = company;
  }

  static async start(): Promise<RecoverySystem> {
    const folder = await mkdtemp(join(tmpdir(), "ates-bench-"));
    await chmod(folder, 0o755); // as root the servers run as another user, who must get in
    const postgres = await startPostgres({ dataDir: join(folder, "postgres"), log });
    const redisServer = await startRedis({ dataDir: join(folder, "redis-1"), log });
    const pool = postgresPool(postgres.url, 6, () => {});
    await migrate(pool);
    const company = await install(pool, readConfig({}), Date.now(), async () => "");
    await pool.query(NOTE_COMMITS);
    const redis = await ready(redisFactory(redisServer.url, () => {})("commands"));
    definePublish(redis);
    return new RecoverySystem(folder, postgres, redisServer, pool, redis, company);
  }

  async end(): Promise<void> {
    for (const worker of this.#workers) await worker.end("SIGKILL");
    this.redis.disconnect();
    await this.pool.end();
    await Promise.all([this.#postgres.stop(), this.#redisServer.stop()]);
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Resolves when it holds partitions. */
  async worker(): Promise<Worker> {
    const worker = new Worker(this.#postgres.url, this.#redisServer.url);
    this.#workers.add(worker);
    void worker.ended.then(() => this.#workers.delete(worker));
    await until(async () => (await this.accountsOf(worker)) > 0, "a worker has its share");
    return worker;
  }

  /** How many account partitions it holds. */
  async accountsOf(worker: Worker): Promise<number> {
    worker.throwIfEnded();
    const { rowCount } = await this.pool.query(
      `select from partitions p join hosts h on h.id = p.owner
        where p.kind = 'account' and h.name like '%/' || $1::text`,
      [worker.pid],
    );
    return rowCount ?? 0;
  }

  async stopPostgres(): Promise<void> {
    await this.#postgres.stop();
  }

  async startPostgres(): Promise<void> {
    const { port } = this.#postgres;
    this.#postgres = await startPostgres({ dataDir: join(this.#folder, "postgres"), log, port });
  }

  async stopRedis(): Promise<void> {
    await this.#redisServer.stop();
  }

  /** With nothing in it. */
  async startEmptyRedis(): Promise<void> {
    this.#redisFolders += 1;
    const dataDir = join(this.#folder, `redis-${this.#redisFolders}`);
    this.#redisServer = await startRedis({ dataDir, log, port: this.#redisServer.port });
    await ready(this.redis);
  }
}

export class Worker {
  readonly #child: ChildProcess;
  readonly ended: Promise<void>;
  #said = "";

  constructor(databaseUrl: string, redisUrl: string) {
    this.#child = spawn(process.execPath, ["main.ts", "worker"], {
      cwd: ROOT,
      env: {
        ...process.env,
        DATABASE_URL: databaseUrl,
        REDIS_URL: redisUrl,
        SMTP_URL: "smtp://127.0.0.1:1",
        ATES_LOG_LEVEL: "error",
      },
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#child.stderr?.on("data", (bytes) => {
      this.#said += bytes;
    });
    this.ended = new Promise((resolve) => this.#child.on("close", () => resolve()));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  throwIfEnded(): void {
    if (this.#child.exitCode !== null) throw new Error(`a worker ended: ${this.#said}`);
  }

  async end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    this.#child.kill(signal);
    await this.ended;
  }
}

export async function until(check: () => Promise<boolean>, what: string): Promise<void> {
  const endMs = performance.now() + WAIT_MAX_MS;
  while (!(await check())) {
    if (performance.now() > endMs) throw new Error(`${what}: not within ${WAIT_MAX_MS} ms`);
    await sleep(20);
  }
}
