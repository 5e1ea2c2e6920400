/** What operators may ask an edge of the whole installation: the same answers as the command line gives (OPS-3). */
import type { Redis } from "ioredis";
import type pg from "pg";
import { postgresPool } from "../../actors/runtime/postgres.ts";
import type { Installation } from "../../http/routes/ops-installation.ts";
import type { Company } from "../../schemas/company.ts";
import { type RedisFactory, ready } from "../../streams/connection.ts";
import type { Config } from "../config.ts";
import { readPartitionOwners } from "../partition-owners.ts";
import { reconcile } from "../reconcile.ts";
import { readStreams } from "../stream-status.ts";
import { verifyLedger } from "../verify/verify-ledger.ts";

export interface InstallationOptions {
  readonly config: Pick<Config, "leaseTtlMs">;
  readonly databaseUrl: string;
  readonly connect: RedisFactory;
  readonly company: Company;
}

/** Who looks waits no longer than this for Redis, and is then shown what Postgres knows. */
const REDIS_ANSWER_MS = 2_000;
const VERIFY_CONNECTIONS = 2;

export function installationOf({ config, databaseUrl, connect, company }: InstallationOptions): Installation {
  return {
    streams: (database) =>
      withRedis(connect, async (redis) => ({
        streams: await readStreams(database, redis, company.partitions),
        partitions: await readPartitionOwners(database, config.leaseTtlMs),
      })),
    verify: () => verify(databaseUrl, company),
    reconcile: () => withPool(databaseUrl, reconcile),
  };
}

/** A connection of its own, as rare as the question: counting reads up to a thousand entries of a stream. */
async function withRedis<T>(
  connect: RedisFactory,
  work: (redis: Redis | undefined) => Promise<T>,
): Promise<T> {
  const redis = connect("commands");
  try {
    return await work(await ready(redis, REDIS_ANSWER_MS).catch(() => undefined));
  } finally {
    redis.disconnect();
  }
}

/** On connections of its own: it reads the whole ledger, and no request shall wait for that. */
function verify(databaseUrl: string, company: Company) {
  return withPool(databaseUrl, async (pool) => {
    // The first broken row is enough for a page; all of them are for the command line (`--all`).
    return (await verifyLedger(pool, company)).map(({ named: _, ...finding }) => finding);
  });
}

async function withPool<T>(databaseUrl: string, work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  const pool = postgresPool(databaseUrl, VERIFY_CONNECTIONS, () => {});
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}
