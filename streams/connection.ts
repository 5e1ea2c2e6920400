/**
 * Redis connections, made in one way: RESP2, so that the shape of every reply is pinned; no offline queue, so that a
 * lost server is an error at once; a deadline on every command, except on connections that block.
 */
import { Redis } from "ioredis";
import { type Clock, systemClock } from "./clock.ts";

export type RedisFactory = (use: "commands" | "blocking" | "subscriber") => Redis;

const CONNECT_TIMEOUT_MS = 5_000;
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
  if (redis.status === "ready") return redis;
  const answered = Promise.withResolvers<Redis>();
  const late = () => answered.reject(new Error(`Redis did not answer within ${deadlineMs} ms`));
  const onReady = () => answered.resolve(redis);
  const onEnd = () => answered.reject(new Error("the connection to Redis was closed before it answered"));
  const cancel = clock.after(deadlineMs, late);
  redis.on("ready", onReady).on("end", onEnd);
  try {
    return await answered.promise;
  } finally {
    cancel();
    redis.off("ready", onReady).off("end", onEnd);
  }
}
