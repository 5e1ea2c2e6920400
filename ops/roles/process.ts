/** What every role of a process needs: configuration, logger, metrics, Postgres, Redis, and an orderly end. */
import type pg from "pg";
import type { Logger } from "pino";
import { type PoolLimits, postgresPool } from "../../actors/runtime/postgres.ts";
import { cutWhenSilent } from "../../http/database.ts";
import { Sockets } from "../../http/sockets.ts";
import { isUnavailable } from "../../http/unavailable.ts";
import type { Company } from "../../schemas/company.ts";
import { type RedisFactory, redisFactory } from "../../streams/connection.ts";
import type { Config } from "../config.ts";
import { refuseEviction } from "../eviction.ts";
import { keepHeapSmall } from "../heap.ts";
import { readCompany } from "../install.ts";
import { flushTracing } from "../instrumentation.ts";
import { createLogger } from "../logger.ts";
import { createMetrics, type Metrics } from "../metrics.ts";
import { reach } from "../reach.ts";
import { ConfigError } from "../setting.ts";

export interface RoleProcess {
  readonly config: Config;
  readonly company: Company;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly pool: pg.Pool;
  /** For what a host says of itself: its beats must not stand in line behind commits. Silence on it cuts all lines. */
  readonly beats: Pick<pg.Pool, "query">;
  /** Cuts every connection to Postgres: it is silent, and TCP would take hours to notice. */
  readonly cutConnections: () => void;
  readonly closePools: () => Promise<unknown>;
  readonly connect: RedisFactory;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** A beat, and a look at everybody. */
const HOST_CONNECTIONS = 2;

/** A start that may go on without its primary does not wait long for one that is silent. */
const ANSWERS_SOON: PoolLimits = { connectTimeoutMs: 2_000, statementTimeoutMs: 1_000 };

/** For `edge` and `worker`: they are given their servers; only `up` brings its own. */
export function requireUrls(config: Config): { databaseUrl: string; redisUrl: string } {
  const { databaseUrl, redisUrl } = config;
  if (databaseUrl === undefined)
    throw new ConfigError(
      "DATABASE_URL: expected the URL of Postgres (`ates up` brings its own), got nothing.",
    );
  if (redisUrl === undefined)
    throw new ConfigError("REDIS_URL: expected the URL of Redis (`ates up` brings its own), got nothing.");
  return { databaseUrl, redisUrl };
}

export interface ServerUrls {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** Of a role that starts while the primary is away, and reads. */
  readonly replicaUrl?: string | undefined;
}

export async function openProcess(
  config: Config,
  urls: ServerUrls,
  name: string,
  logFile?: string,
): Promise<RoleProcess> {
  keepHeapSmall();
  const logger = createLogger(config.logLevel, name, logFile);
  const sockets = new Sockets();
  const poolOf = (max: number, limits: PoolLimits = {}) =>
    postgresPool(
      urls.databaseUrl,
      max,
      (error) => logger.warn({ reason: error.message }, "an idle connection to Postgres broke"), // pg hangs its client on it
      { ...limits, stream: sockets.open },
    );
  const pool = poolOf(config.databaseConnections);
  const hostPool = poolOf(HOST_CONNECTIONS, { statementTimeoutMs: config.leaseTtlMs / 2 });
  const beats = {
    query: (...args: Parameters<pg.Pool["query"]>) =>
      cutWhenSilent(hostPool.query(...args) as unknown as Promise<unknown>, sockets.cut),
  } as unknown as Pick<pg.Pool, "query">;
  const connect = redisFactory(urls.redisUrl, (error) =>
    logger.debug({ err: error }, "a connection to Redis broke"),
  );
  const closePools = () => Promise.all([pool.end(), hostPool.end()]);
  const company = await refuseEviction(connect, urls.redisUrl)
    .then(() => companyOf(pool, urls, logger))
    .catch(async (error) => {
      await closePools();
      throw error;
    });
  const pools = { pool, beats, cutConnections: sockets.cut, closePools };
  const { databaseUrl, redisUrl } = urls;
  return { config, company, databaseUrl, redisUrl, ...pools, connect, logger, metrics: createMetrics() };
}

/** It never changes, so a replica knows it as well as its primary. */
async function companyOf(
  pool: pg.Pool,
  { databaseUrl, replicaUrl }: ServerUrls,
  logger: Logger,
): Promise<Company> {
  if (replicaUrl === undefined) return readCompanyBy(pool, databaseUrl);
  try {
    return await readCompanyAt(databaseUrl);
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    logger.warn({ err: error }, "Postgres does not answer: the start goes on with what its replica knows");
    return readCompanyAt(replicaUrl);
  }
}

function readCompanyAt(url: string): Promise<Company> {
  const pool = postgresPool(url, 1, () => {}, ANSWERS_SOON);
  return readCompanyBy(pool, url).finally(() => pool.end());
}

async function readCompanyBy(pool: pg.Pool, url: string): Promise<Company> {
  await reach(pool, url);
  return readCompany(pool);
}

/** The kernel and npm may each pass one press on: signals so close together are one. */
const SAME_PRESS_MS = 300;

/** Resolves with the signal that asks the process to end. A second one ends it at once. */
export function endSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let askedMs: number | undefined;
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        if (askedMs !== undefined && performance.now() - askedMs > SAME_PRESS_MS) process.exit(130);
        askedMs ??= performance.now();
        resolve(signal);
      });
    }
  });
}

/** The orderly end of a role: what was started last ends first, and traces are sent. */
export async function endInOrder(
  endings: readonly (() => Promise<unknown>)[],
  logger: Logger,
): Promise<void> {
  for (const end of [...endings].reverse()) {
    await end().catch((error) => logger.error({ err: error }, "a part did not end in order"));
  }
  await flushTracing();
}
