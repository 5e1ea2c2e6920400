/**
 * Which servers an operator's command speaks to: those that the environment names, else those of the system that
 * `ates up` runs from this folder. Never one of each: a database and the Redis of another system do not belong together.
 */
import { join } from "node:path";
import type pg from "pg";
import { postgresPool } from "../../actors/runtime/postgres.ts";
import type { Company } from "../../schemas/company.ts";
import { type Config, readConfig } from "../config.ts";
import { readCompany } from "../install.ts";
import { reach } from "../reach.ts";
import { readRunning } from "../running-file.ts";
import { ConfigError } from "../setting.ts";

export interface Servers {
  readonly databaseUrl: string;
  /** Undefined when only DATABASE_URL is set. */
  readonly redisUrl: string | undefined;
  readonly smtpUrl: string | undefined;
  /** Where they were found, for whoever wonders which system this is about. */
  readonly foundIn: string;
}

export class NoServersError extends Error {
  readonly code = "no_servers";
}

export async function findServers(config: Config): Promise<Servers> {
  const { databaseUrl, redisUrl, smtpUrl, dataDir } = config;
  if (databaseUrl !== undefined) return { databaseUrl, redisUrl, smtpUrl, foundIn: "the environment" };
  const file = join(dataDir, "running.json");
  if (redisUrl !== undefined) {
    throw new ConfigError("REDIS_URL is set and DATABASE_URL is not: expected both, or neither.");
  }
  const running = await readRunning(dataDir);
  if (running === undefined) {
    throw new NoServersError(
      `no system is running from this folder (${file} names none): start \`ates up\` here, or set DATABASE_URL and REDIS_URL.`,
    );
  }
  return { ...running, foundIn: `${file} (process ${running.pid})` };
}

export function requireRedis({ redisUrl }: Servers): string {
  if (redisUrl !== undefined) return redisUrl;
  throw new ConfigError(
    "REDIS_URL: expected the URL of the Redis that belongs to DATABASE_URL, got nothing.",
  );
}

export interface Opened {
  readonly config: Config;
  readonly servers: Servers;
  readonly pool: pg.Pool;
  readonly company: Company;
}

/** An operator waits for an answer; a worker would wait longer. */
export const REDIS_ANSWER_MS = 2_000;
/** An operator looks, and works on one thing at a time. */
const CONNECTIONS = 2;

/** Does the work on the installation's Postgres and closes the connections, whatever comes. */
export async function withInstallation<T>(work: (opened: Opened) => Promise<T>): Promise<T> {
  const config = readConfig();
  const servers = await findServers(config);
  const pool = postgresPool(servers.databaseUrl, CONNECTIONS, () => {});
  try {
    await reach(pool, servers.databaseUrl);
    return await work({ config, servers, pool, company: await readCompany(pool) });
  } finally {
    await pool.end();
  }
}
