/**
 * A real Postgres and a real Redis for the edge's tests: one of each for all files of a run, a migrated database and
 * a Redis database of its own for each file that asks.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import pg from "pg";
import { startPostgres } from "../../ops/embedded/postgres.ts";
import { startRedis } from "../../ops/embedded/redis.ts";
import { type RedisFactory, redisFactory } from "../../streams/connection.ts";

const MIGRATIONS = new URL("../../ops/migrations/", import.meta.url);
const START_MS = 90_000;
const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined };

type Server = Awaited<ReturnType<typeof startRedis>>;

let folder: string | undefined;
let postgres: Promise<Server> | undefined;
let redis: Promise<Server> | undefined;
let used = 0;

// Of the whole run: mocha runs a hook that no `describe` encloses once, after every file.
after(async function () {
  this.timeout(START_MS);
  await Promise.all([(await postgres)?.stop(), (await redis)?.stop()]);
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

export interface Servers {
  readonly pool: pg.Pool;
  readonly redis: RedisFactory;
  /** A plain client, to act as the rest of the system. */
  readonly client: Redis;
  readonly postgresUrl: string;
  readonly redisUrl: string;
}

/** The servers for the tests of a `describe`. */
export function useServers(): Servers {
  const now: { servers?: Servers } = {};
  before(async function () {
    this.timeout(START_MS);
    now.servers = await prepare();
  });
  after(async () => {
    now.servers?.client.disconnect();
    await now.servers?.pool.end();
  });
  const servers = () => {
    if (now.servers === undefined) throw new Error("the servers are there from the first `before` on");
    return now.servers;
  };
  return new Proxy({} as Servers, { get: (_, name) => servers()[name as keyof Servers] });
}

async function prepare(): Promise<Servers> {
  folder ??= mkdtempSync(join(tmpdir(), "ates-edge-"));
  postgres ??= startPostgres({ dataDir: join(folder, "postgres"), log: QUIET });
  redis ??= startRedis({ dataDir: join(folder, "redis"), log: QUIET });
  const [pgServer, redisServer] = await Promise.all([postgres, redis]);
  const number = ++used;
  const url = new URL(pgServer.url);
  url.pathname = `/edge_${number}`;
  await migrated(pgServer.url, url.href, `edge_${number}`);
  const redisUrl = `${redisServer.url}/${number}`;
  return {
    pool: new pg.Pool({ connectionString: url.href, max: 5 }).on("error", () => undefined),
    redis: redisFactory(redisUrl, () => undefined),
    client: new Redis(redisUrl, { protocol: 2 }).on("error", () => undefined),
    postgresUrl: url.href,
    redisUrl,
  };
}

async function migrated(server: string, own: string, name: string): Promise<void> {
  await withClient(server, (client) => client.query(`create database ${name}`));
  await withClient(own, async (client) => {
    const files = readdirSync(MIGRATIONS).filter((file) => file.endsWith(".sql"));
    for (const file of files.sort()) await client.query(readFileSync(new URL(file, MIGRATIONS), "utf8"));
  });
}

async function withClient(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await work(client).finally(() => client.end());
}
