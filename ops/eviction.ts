/** Whether Redis would throw unread entries away when it is full. Such a one is refused before anything runs on it. */
import { type RedisFactory, ready } from "../streams/connection.ts";
import { placeOf } from "./reach.ts";
import { ConfigError } from "./setting.ts";

/** A Redis that is away now is waited for later, by whoever needs it (EDGE-4). */
const ANSWER_MS = 2_000;

export async function refuseEviction(connect: RedisFactory, url: string): Promise<void> {
  const policy = await evictionPolicy(connect).catch(() => undefined);
  if (policy === undefined || policy === "noeviction") return;
  throw new ConfigError(
    `REDIS_URL: expected a Redis with maxmemory-policy noeviction, which refuses writes when it is full and drops no streams; ${placeOf(url)} has ${policy}.`,
  );
}

/** INFO alone: hosted servers refuse CONFIG. Undefined where it is not told. */
async function evictionPolicy(connect: RedisFactory): Promise<string | undefined> {
  const redis = connect("commands");
  try {
    await ready(redis, ANSWER_MS);
    return /^maxmemory_policy:(\S+)/m.exec(await redis.info("memory"))?.[1];
  } finally {
    redis.disconnect();
  }
}
