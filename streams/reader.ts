/**
 * Reading: one partition of one group, on a connection of its own, under a constant consumer name.
 *
 * 1. What was delivered and not acknowledged is read again first: on start, on reconnect, after a blocked read whose
 *    outcome is unknown, and after NOGROUP. Consumers drop what they have by marks, so this is always safe (G3).
 * 2. A missing group is made again at the position that Postgres knows, never at `$` (G6).
 * 3. A blocked read that outlives its time is not waited for: the client is thrown away and a new one built.
 */
import type { Redis } from "ioredis";
import { type RedisFactory, ready } from "./connection.ts";
import { type Kind, streamKey, type TopicPartition } from "./topology.ts";

export interface Entry {
  readonly from: TopicPartition;
  readonly id: string;
  readonly payload: string;
}

const CONSUMER = "owner";
const BLOCK_MS = 1_000;
/** A blocked read that is this late is hung, not slow. */
const WATCHDOG_MS = BLOCK_MS + 2_000;

type Reply = [key: string, entries: [id: string, fields: string[] | null][]][] | null;

export class StreamReader {
  readonly #connect: RedisFactory;
  readonly #group: Kind;
  readonly #streams: ReadonlyMap<string, TopicPartition>;
  readonly #cursorOf: (stream: TopicPartition) => string | undefined;
  readonly #countMax: number;
  #redis: Redis | undefined;
  /** Position in the history of each stream that is still being drained; empty = read what is new. */
  #history = new Map<string, string>();
  #closed = false;

  constructor(options: {
    connect: RedisFactory;
    group: Kind;
    streams: readonly TopicPartition[];
    cursorOf: (stream: TopicPartition) => string | undefined;
    countMax: number;
  }) {
    this.#connect = options.connect;
    this.#group = options.group;
    this.#streams = new Map(options.streams.map((at) => [streamKey(at), at]));
    this.#cursorOf = options.cursorOf;
    this.#countMax = options.countMax;
  }

  /**
   * The next entries: waits up to a second for them, and answers none when there are none.
   * Throws when Redis is away; the next call starts with the history.
   */
  async read(): Promise<Entry[]> {
    const redis = await this.#connection();
    try {
      return this.#history.size > 0 ? await this.#readHistory(redis) : await this.#readNew(redis);
    } catch (error) {
      if (error instanceof Error && error.message.includes("NOGROUP")) {
        await this.#prepare(redis);
        return [];
      }
      this.#abandon();
      throw error;
    }
  }

  /** Ends a blocked read at once. */
  close(): void {
    this.#closed = true;
    this.#abandon();
  }

  #abandon(): void {
    this.#redis?.disconnect(false);
    this.#redis = undefined;
  }

  async #connection(): Promise<Redis> {
    if (this.#closed) throw new Error("the reader is closed");
    if (this.#redis?.status === "ready") return this.#redis;
    this.#abandon();
    const redis = this.#connect("blocking");
    this.#redis = redis;
    await ready(redis);
    await this.#prepare(redis);
    return redis;
  }

  /** Makes the groups that are missing, and goes back to the start of the history. */
  async #prepare(redis: Redis): Promise<void> {
    for (const [key, at] of this.#streams) {
      try {
        await redis.xgroup("CREATE", key, this.#group, await this.#position(redis, key, at), "MKSTREAM");
      } catch (error) {
        if (!(error instanceof Error && error.message.includes("BUSYGROUP"))) throw error;
      }
      this.#history.set(key, "0");
    }
  }

  /** The cursor that Postgres knows, unless the stream is younger than it: then all of the stream is new. */
  async #position(redis: Redis, key: string, at: TopicPartition): Promise<string> {
    const cursor = this.#cursorOf(at);
    if (cursor === undefined) return "0";
    const newest = await redis.xrevrange(key, "+", "-", "COUNT", 1);
    const newestId = newest[0]?.[0];
    return newestId !== undefined && compareIds(newestId, cursor) >= 0 ? cursor : "0";
  }

  async #readHistory(redis: Redis): Promise<Entry[]> {
    const [keys, ids] = [[...this.#history.keys()], [...this.#history.values()]];
    const reply = await this.#readGroup(redis, keys, ids, undefined);
    for (const key of keys) {
      const last = reply?.find(([k]) => k === key)?.[1].at(-1)?.[0];
      if (last === undefined) this.#history.delete(key);
      else this.#history.set(key, last);
    }
    return this.#entries(reply);
  }

  async #readNew(redis: Redis): Promise<Entry[]> {
    const keys = [...this.#streams.keys()];
    const news = keys.map(() => ">");
    return this.#entries(await this.#readGroup(redis, keys, news, BLOCK_MS));
  }

  async #readGroup(redis: Redis, keys: string[], ids: string[], blockMs: number | undefined): Promise<Reply> {
    const block = blockMs === undefined ? [] : ["BLOCK", blockMs];
    const call = redis.call(
      ...["XREADGROUP", "GROUP", this.#group, CONSUMER, "COUNT", this.#countMax],
      ...[...block, "STREAMS", ...keys, ...ids],
    ) as Promise<Reply>;
    return withWatchdog(call, WATCHDOG_MS);
  }

  #entries(reply: Reply): Entry[] {
    return (reply ?? []).flatMap(([key, entries]) => {
      const from = this.#streams.get(key);
      if (from === undefined) return [];
      // An entry trimmed while pending has no fields: there is nothing left of it to read, only to acknowledge.
      return entries.map(([id, fields]) => ({ from, id, payload: fields?.[1] ?? "" }));
    });
  }
}

/** Order of stream ids: `<ms>-<seq>`. */
export function compareIds(a: string, b: string): number {
  const [aMs = 0, aSeq = 0] = a.split("-").map(Number);
  const [bMs = 0, bSeq = 0] = b.split("-").map(Number);
  return aMs - bMs || aSeq - bSeq;
}

async function withWatchdog<T>(call: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const alarm = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`a read of Redis hung for ${limitMs} ms`)), limitMs);
  });
  call.catch(() => undefined); // settled after the alarm: nobody is left to hear of it
  try {
    return await Promise.race([call, alarm]);
  } finally {
    clearTimeout(timer);
  }
}
