/** What befalls Redis and Postgres themselves: then everybody sees it. */
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Installation } from "../installation.ts";
import type { FaultKind, Strike } from "./fault.ts";

const FREEZE_MS = { from: 500, to: 2_500 } as const;
const LOCK_MS = 1_500;
/** As many as the server has. */
const CONNECTIONS = 200;

function fault(
  name: string,
  weight: number,
  harm: (installation: Installation, strike: Strike) => Promise<string | undefined>,
): FaultKind {
  return {
    name,
    lane: "servers",
    weight,
    strike: async (strike) => {
      const what = await harm(strike.installation, strike);
      strike.struck();
      return what;
    },
  };
}

export const flushRedis = fault("Redis wiped", 4, async ({ redis }) => {
  await redis.flushall();
  return "all of Redis";
});

export const emptyRedis = fault("Redis restarted without data", 2, async ({ servers }) => {
  await servers.restartRedisEmpty();
  return "Redis";
});

/** The tail that is lost is what came in the time before. */
export const olderRedis = fault("Redis restored from before", 2, async ({ servers }, { chance }) => {
  await servers.takeSnapshot();
  await sleep(chance.between(300, 2_500));
  await servers.restartRedisFromSnapshot();
  return "Redis";
});

const lostStream = fault("a stream lost", 4, async ({ redis }, { chance }) => {
  const keys = await redis.keys("ates:*");
  const streams = [];
  for (const key of keys.sort()) if ((await redis.type(key)) === "stream") streams.push(key);
  if (streams.length === 0) return undefined;
  const key = chance.pick(streams);
  await redis.del(key);
  return key;
});

const lostGroup = fault("a consumer group lost", 4, async ({ redis }, { chance }) => {
  const keys = (await redis.keys("ates:*")).sort();
  for (let tried = 0; tried < 20 && keys.length > 0; tried++) {
    const key = chance.pick(keys);
    const groups = (await redis.xinfo("GROUPS", key).catch(() => [])) as unknown[][];
    const name = groups.length === 0 ? undefined : String(chance.pick(groups)[1]);
    if (name === undefined) continue;
    await redis.xgroup("DESTROY", key, name);
    return `${name} of ${key}`;
  }
  return undefined;
});

const frozenRedis = fault("Redis stands still", 2, async ({ servers }, { chance }) => {
  await servers.freezeRedis(chance.between(FREEZE_MS.from, FREEZE_MS.to));
  return "Redis";
});

export const restartPostgres = fault("Postgres restarted", 3, async ({ servers }) => {
  await servers.restartPostgres();
  return "Postgres";
});

const killBackends = fault("connections to Postgres ended", 4, async ({ pool }) => {
  const { rowCount } = await pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where backend_type = 'client backend' and pid <> pg_backend_pid()`,
  );
  return `${rowCount} connections`;
});

/** Everybody who commits waits for a lock that somebody holds, as a careless operator's console would. */
const lockedLeases = fault("the leases locked", 1, async ({ servers }) => {
  const client = new pg.Client({ connectionString: servers.databaseUrl });
  client.on("error", () => undefined);
  await client.connect();
  try {
    await client.query("begin; lock table partitions in exclusive mode");
    await sleep(LOCK_MS);
    await client.query("rollback");
  } finally {
    await client.end().catch(() => undefined);
  }
  return "partitions";
});

/** Somebody else's pool has taken every connection that there is. */
const noConnections = fault("Postgres out of connections", 1, async ({ servers }) => {
  const clients = Array.from(
    { length: CONNECTIONS },
    () => new pg.Client({ connectionString: servers.databaseUrl }),
  );
  for (const client of clients) client.on("error", () => undefined);
  const opened = await Promise.allSettled(clients.map((client) => client.connect()));
  await sleep(LOCK_MS);
  await Promise.allSettled(clients.map((client) => client.end()));
  return `${opened.filter(({ status }) => status === "fulfilled").length} connections taken`;
});

export const SERVER_FAULTS: readonly FaultKind[] = [
  flushRedis,
  emptyRedis,
  olderRedis,
  lostStream,
  lostGroup,
  frozenRedis,
  restartPostgres,
  killBackends,
  lockedLeases,
  noConnections,
];
