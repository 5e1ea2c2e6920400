/** A world of its own (test/support/world.ts) for the edge's tests of a `describe`: nothing runs in it but the edge. */
import type { Redis } from "ioredis";
import type pg from "pg";
import type { RedisFactory } from "../../streams/connection.ts";
import { newWorld, type World } from "../support/world.ts";

const START_MS = 90_000;

export interface Servers {
  readonly pool: pg.Pool;
  readonly redis: RedisFactory;
  /** A connection to act as the rest of the system. */
  readonly client: Redis;
  readonly postgresUrl: string;
  readonly redisUrl: string;
}

export function useServers(): Servers {
  let world: World | undefined;
  before(async function () {
    this.timeout(START_MS);
    world = await newWorld();
  });
  after(() => world?.end());
  const there = (): World => {
    if (world === undefined) throw new Error("the servers are there from the first `before` on");
    return world;
  };
  return {
    get pool() {
      return there().pool;
    },
    get redis() {
      return there().connect;
    },
    get client() {
      return there().redis;
    },
    get postgresUrl() {
      return there().databaseUrl;
    },
    get redisUrl() {
      return there().redisUrl;
    },
  };
}
