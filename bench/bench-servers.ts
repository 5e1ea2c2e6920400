/**
 * The Postgres and the Redis that everybody in the bench is measured on: the embedded ones with the settings they have
 * in production (fsync and synchronous_commit on, appendonly everysec), in a temporary folder.
 */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type pg from "pg";
import { postgresPool } from "../actors/runtime/postgres.ts";
import { readConfig } from "../ops/config.ts";
import { startPostgres } from "../ops/embedded/postgres.ts";
import { type EmbeddedServer, startRedis } from "../ops/embedded/redis.ts";
import { install } from "../ops/install.ts";
import { migrate } from "../ops/migrate.ts";
import { newUuid } from "../schemas/ids.ts";
import { ready, redisFactory } from "../streams/connection.ts";
import { stopAtEnd } from "./stop-order.ts";

const log = {
  info: () => {},
  warn: () => {},
  error: (text: string) => void process.stderr.write(`${text}\n`),
};
const REDIS_DATABASES_MAX = 15;
/** Migrated and installed once; each round's database is a copy of it. */
const INSTALLED = "bench_installed";

export class BenchServers {
  readonly folder: string;
  readonly postgresUrl: string;
  readonly redisUrl: string;
  readonly postgresPid: number;
  readonly redisPid: number;
  readonly #admin: pg.Pool;
  #redisDatabases = 0;
  #installed: Promise<unknown> | undefined;

  private constructor(folder: string, postgres: EmbeddedServer, redis: EmbeddedServer, admin: pg.Pool) {
    this.folder = folder;
    this.postgresUrl = postgres.url;
    this.redisUrl = redis.url;
    this.postgresPid = postgres.pid;
    this.redisPid = redis.pid;
    this.#admin = admin;
  }

  static async start(): Promise<BenchServers> {
    const folder = await mkdtemp(join(tmpdir(), "ates-bench-"));
    stopAtEnd(() => rm(folder, { recursive: true, force: true }));
    await chmod(folder, 0o755); // as root the servers run as another user, who must get in
    const postgres = await startPostgres({ dataDir: join(folder, "postgres"), log });
    stopAtEnd(() => postgres.stop());
    const redis = await startRedis({ dataDir: join(folder, "redis"), log });
    stopAtEnd(() => redis.stop());
    // Copying a database and writing a checkpoint may take longer than any statement of the product.
    const admin = postgresPool(postgres.url, 2, () => {}, { statementTimeoutMs: 600_000 });
    stopAtEnd(() => admin.end());
    return new BenchServers(folder, postgres, redis, admin);
  }

  /** An empty database for somebody else's tables. */
  async emptyDatabase(): Promise<string> {
    const name = freshName();
    await this.#admin.query(`create database ${name}`);
    return this.#urlOf(name);
  }

  /** A database with aTES installed in it, and nothing else; or a copy of one that was filled before. */
  async installedDatabase(source?: string): Promise<string> {
    this.#installed ??= this.#install();
    await this.#installed;
    const name = freshName();
    await this.#admin.query(
      `create database ${name} template ${source === undefined ? INSTALLED : nameOf(source)}`,
    );
    return this.#urlOf(name);
  }

  async drop(databaseUrl: string): Promise<void> {
    await this.#admin.query(`drop database if exists ${nameOf(databaseUrl)} with (force)`);
  }

  /** Before every measurement, so that nobody pays for what another left to be written. */
  async settle(): Promise<void> {
    await this.#admin.query("checkpoint");
  }

  async flushRedis(): Promise<void> {
    const redis = await ready(redisFactory(this.redisUrl, () => {})("commands"));
    await redis.flushall();
    redis.disconnect();
  }

  /** An empty Redis for a system that others run beside: one of the server's databases. */
  async redisOfItsOwn(): Promise<string> {
    this.#redisDatabases = (this.#redisDatabases % REDIS_DATABASES_MAX) + 1;
    const url = `${this.redisUrl}/${this.#redisDatabases}`;
    const redis = await ready(redisFactory(url, () => {})("commands"));
    await redis.flushdb();
    redis.disconnect();
    return url;
  }

  async #install(): Promise<void> {
    await this.#admin.query(`create database ${INSTALLED}`);
    const pool = postgresPool(this.#urlOf(INSTALLED), 2, () => {});
    try {
      await migrate(pool);
      await install(pool, readConfig({}), Date.now(), async () => "");
    } finally {
      await pool.end();
    }
  }

  #urlOf(name: string): string {
    return this.postgresUrl.replace(/\/\w+$/, `/${name}`);
  }
}

function freshName(): string {
  return `bench_${newUuid().replaceAll("-", "")}`;
}

function nameOf(databaseUrl: string): string {
  return databaseUrl.slice(databaseUrl.lastIndexOf("/") + 1);
}
