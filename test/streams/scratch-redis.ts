/** A Redis database of its own for the tests of streams: real, empty at the start of each test. */
import type { Redis } from "ioredis";
import { type RedisFactory, ready, redisFactory } from "../../streams/connection.ts";
import {
  addRun,
  type ChannelRun,
  definePublish,
  type PublishAnswer,
  readAnswer,
} from "../../streams/publish.ts";
import { marksKey, streamKey, type TopicPartition } from "../../streams/topology.ts";
import { testServers } from "../support/servers.ts";

/** Worlds count theirs from 0 (test/support/world.ts). */
const DATABASE = 15;

export interface ScratchRedis {
  readonly url: string;
  readonly redis: Redis;
  readonly connect: RedisFactory;
  end(): void;
}

export async function scratchRedis(): Promise<ScratchRedis> {
  const servers = await testServers();
  const url = `${servers.redisUrl.replace(/\/\d*$/, "")}/${DATABASE}`;
  const connect = redisFactory(url, () => {});
  const redis = await ready(connect("commands"));
  definePublish(redis);
  await redis.flushdb();
  return { url, redis, connect, end: () => redis.disconnect() };
}

export const AT: TopicPartition = { topic: "tasks", partition: 3 };
export const SOURCE = "/ates/task-board/0";
export const GROUP = "account";

export async function publish(redis: Redis, ...runs: ChannelRun[]): Promise<PublishAnswer[]> {
  const pipeline = redis.pipeline();
  for (const run of runs) addRun(pipeline, run);
  const results = (await pipeline.exec()) ?? [];
  return results.map(([error, reply]) => readAnswer(error, reply));
}

/** Numbers `first` to `last` of a source; the payload is the number. */
export function runOf(
  first: number,
  last: number,
  more: Partial<ChannelRun> & { source?: string } = {},
): ChannelRun {
  const { source = SOURCE, ...rest } = more;
  const envelopes = Array.from({ length: last - first + 1 }, (_, index) => `${source} ${first + index}`);
  return { channel: { source, to: AT }, base: 0, first, envelopes, mode: "next", ...rest };
}

/** What the first group does when it comes: the stream is made by a reader, never by a publisher. */
export async function makeStream(redis: Redis, at: TopicPartition = AT): Promise<void> {
  await redis.xgroup("CREATE", streamKey(at), GROUP, "0", "MKSTREAM");
}

/** Every payload in the stream, in order. */
export async function streamed(redis: Redis, at: TopicPartition = AT): Promise<string[]> {
  return (await redis.xrange(streamKey(at), "-", "+")).map(([, fields]) => fields[1] ?? "");
}

export async function numbersIn(redis: Redis, source: string = SOURCE): Promise<number[]> {
  const payloads = await streamed(redis);
  return payloads.filter((text) => text.startsWith(`${source} `)).map((text) => Number(text.split(" ")[1]));
}

export async function markOf(redis: Redis, source: string = SOURCE): Promise<number> {
  return Number(await redis.hget(marksKey(AT), source));
}
