/**
 * Redis connections, made in one way: RESP2, so that the shape of every reply is pinned; no offline queue, so that a
 * lost server is an error at once; a deadline on every command, except on connections that block.
 */
import { Redis } from "ioredis";
import { type Clock, systemClock } from "./clock.ts";

export type RedisFactory = (use: "commands" | "blocking" | "subscriber") => Redis;

const CONNECT_TIMEOUT_MS = 5_000;
const LOOK_EVERY_MS = 5;
/** Long enough for a busy server, short enough that a caller hears of a lost one. */
const COMMAND_TIMEOUT_MS = 5_000;
const RECONNECT_MAX_MS = 500;
/**
 * A connection that owes an answer for this long is half open: it is closed and made anew. Longer than a command's
 * deadline and than any blocked read, which hear of it first.
 */
const SILENCE_MAX_MS = 6_000;

export function redisFactory(url: string, onError: (error: Error) => void): RedisFactory {
  return (use) => {
    const redis = new Redis(url, {
      protocol: 2,
      connectTimeout: CONNECT_TIMEOUT_MS,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      socketTimeout: SILENCE_MAX_MS,
      retryStrategy: (times) => Math.min(times * 50, RECONNECT_MAX_MS),
      lazyConnect: true,
      ...(use === "commands" ? { commandTimeout: COMMAND_TIMEOUT_MS } : {}),
    });
    redis.on("error", onError);
    return redis;
  };
}

/** Resolves when the connection answers; rejects when it does not within the deadline, or is closed meanwhile. */
export async function ready(
  redis: Redis,
  deadlineMs: number = CONNECT_TIMEOUT_MS,
  clock: Clock = systemClock,
): Promise<Redis> {
  if (redis.status === "wait" || redis.status === "end") {
    redis.connect().catch(() => undefined); // a failure is retried by the client; the deadline below judges
  }
  const until = clock.monotonicMs() + deadlineMs;
  while (redis.status !== "ready") {
    if (redis.status === "end") throw new Error("the connection to Redis was closed before it answered");
    if (clock.monotonicMs() > until) throw new Error(`Redis did not answer within ${deadlineMs} ms`);
    await new Promise<void>((resolve) => clock.after(LOOK_EVERY_MS, resolve));
  }
  return redis;
}
