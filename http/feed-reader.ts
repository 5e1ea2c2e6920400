/**
 * Reads the topics of the feed with plain XREAD: no group, no acknowledgement, every edge for itself.
 *
 * 1. It starts at the end of each stream, after telling what the last minutes held. While nobody listens it reads nothing,
 *    and then starts anew.
 * 2. Its own connection; a blocked read that outlives its time is thrown away with its client.
 * 3. After a read it rests for a moment: every batch of every partition would wake it, and a read of forty streams costs
 *    the edge as much as a command. What comes meanwhile comes with the next read.
 * 4. A stream that has become shorter than what was read of it was wiped: what it held is unknown, which is said.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { systemClock } from "../streams/clock.ts";
import { type RedisFactory, ready } from "../streams/connection.ts";
import { Patience } from "../streams/patience.ts";
import { compareIds } from "../streams/reader.ts";
import { streamKey, type TopicPartition } from "../streams/topology.ts";

export interface FeedEntry {
  readonly from: TopicPartition;
  readonly id: string;
  readonly payload: string;
}

export interface FeedReaderOptions {
  readonly redis: RedisFactory;
  readonly streams: readonly TopicPartition[];
  readonly logger: Logger;
  /** The feed begins, or begins anew. */
  readonly onStart: (start: FeedStart) => void;
  readonly onEntries: (entries: readonly FeedEntry[]) => void;
  /** Awaited between reading entries and telling them. */
  readonly beforeEntries?: (() => Promise<void>) | undefined;
  /** Resolves when somebody listens; undefined while somebody does. */
  readonly audience: () => Promise<void> | undefined;
}

/** By the clock of Redis: now, and since when `entries` are all there were, oldest first. */
export interface FeedStart {
  readonly nowMs: number;
  readonly sinceMs: number;
  readonly entries: readonly FeedEntry[];
}

/** An answer that is this late hangs, and is not slow. */
const LATE_MS = 2_000;
const CONNECT_MS = 3_000;
const COUNT_MAX = 500;
const PRELOAD_MS = 300_000;
const PRELOAD_MAX = 2_000;
const RETRY_MS = 500;
/** Sooner than anybody sees. */
const REST_MS = 20;

type Fields = readonly string[] | null;
type Range = readonly (readonly [id: string, fields: Fields])[];
type Reply = readonly (readonly [key: string, entries: Range])[] | null;

export class FeedReader {
  readonly #options: FeedReaderOptions;
  readonly #streams: ReadonlyMap<string, TopicPartition>;
  /** Stream key → last entry read. */
  #last = new Map<string, string>();
  readonly #patience = new Patience(systemClock);
  #redis: Redis | undefined;
  readonly #closing = new AbortController();
  readonly #closed = Promise.withResolvers<void>();
  #running: Promise<void> | undefined;

  constructor(options: FeedReaderOptions) {
    this.#options = options;
    this.#streams = new Map(options.streams.map((at) => [streamKey(at), at]));
  }

  start(): void {
    this.#running ??= this.#loop();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#closed.resolve();
    this.#abandon();
    await this.#running;
  }

  async #loop(): Promise<void> {
    let failures = 0;
    while (!this.#isClosed) {
      try {
        await this.#awaitAudience();
        if (this.#isClosed) return;
        const redis = await this.#connection();
        const reply = await this.#read(redis);
        if (reply !== null) await this.#options.beforeEntries?.();
        this.#take(reply);
        failures = 0;
        if (reply !== null) await this.#rest(REST_MS);
      } catch (error) {
        if (this.#isClosed) return;
        this.#abandon();
        if (failures++ === 0)
          this.#options.logger.warn({ err: error }, "the feed cannot be read; it is tried again");
        await this.#rest(RETRY_MS);
      }
    }
  }

  /** What comes meanwhile is not missed but begun behind. */
  async #awaitAudience(): Promise<void> {
    const audience = this.#options.audience();
    if (audience === undefined) return;
    this.#abandon();
    this.#last.clear();
    await Promise.race([audience, this.#closed.promise]);
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Until the time is over, or it is closed. */
  #rest(ms: number): Promise<void> {
    const { signal } = this.#closing;
    return sleep(ms, undefined, { ref: false, signal }).catch(() => undefined);
  }

  #abandon(): void {
    this.#redis?.disconnect(false);
    this.#redis = undefined;
  }

  async #connection(): Promise<Redis> {
    if (this.#redis?.status === "ready") return this.#redis;
    this.#abandon();
    const redis = this.#options.redis("blocking");
    this.#redis = redis;
    await within(CONNECT_MS, ready(redis));
    await within(CONNECT_MS, this.#resume(redis));
    return redis;
  }

  /** Goes on behind what was read; begins anew when nothing was, or when it is not there any more. */
  async #resume(redis: Redis): Promise<void> {
    const newest = await this.#newest(redis);
    const wiped = [...this.#last].some(([key, id]) => compareIds(newest.get(key) ?? "0-0", id) < 0);
    if (this.#last.size > 0 && !wiped) return;
    const [seconds, micros] = await redis.time();
    const nowMs = Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
    const entries = await this.#recent(redis, newest, nowMs - PRELOAD_MS);
    const isAll = entries.length < PRELOAD_MAX;
    const sinceMs = isAll ? nowMs - PRELOAD_MS : Number(entries[0]?.id.split("-")[0]) + 1;
    this.#last = newest;
    this.#options.onStart({ nowMs, sinceMs, entries });
  }

  async #newest(redis: Redis): Promise<Map<string, string>> {
    const newest = async (key: string) => {
      const [last] = (await redis.xrevrange(key, "+", "-", "COUNT", 1)) as Range;
      return [key, last?.[0] ?? "0-0"] as const;
    };
    return new Map(await Promise.all([...this.#streams.keys()].map(newest)));
  }

  /** At most so many of the last entries up to the `newest`, oldest first. */
  async #recent(redis: Redis, newest: ReadonlyMap<string, string>, sinceMs: number): Promise<FeedEntry[]> {
    const recent = async ([key, id]: readonly [string, string]) => {
      const range = await redis.xrevrange(key, id, String(sinceMs), "COUNT", PRELOAD_MAX);
      return this.#entries(key, range as Range);
    };
    const all = await Promise.all([...newest].map(recent));
    return inOrder(all.flat()).slice(-PRELOAD_MAX);
  }

  async #read(redis: Redis): Promise<Reply> {
    const keys = [...this.#last.keys()];
    const ids = [...this.#last.values()];
    const blockMs = this.#patience.nextMs();
    const call = redis.call("XREAD", "COUNT", COUNT_MAX, "BLOCK", blockMs, "STREAMS", ...keys, ...ids);
    const reply = await within(blockMs + LATE_MS, call as Promise<Reply>);
    this.#patience.ended(reply === null);
    return reply;
  }

  #take(reply: Reply): void {
    if (reply === null) return;
    const entries: FeedEntry[] = [];
    for (const [key, range] of reply) {
      const last = range.at(-1)?.[0];
      if (last !== undefined) this.#last.set(key, last);
      entries.push(...this.#entries(key, range));
    }
    this.#options.onEntries(inOrder(entries));
  }

  #entries(key: string, range: Range): FeedEntry[] {
    const from = this.#streams.get(key);
    if (from === undefined) return [];
    return range.map(([id, fields]) => ({ from, id, payload: payloadOf(fields) }));
  }
}

/** Entries have one field, `e`, the envelope. */
function payloadOf(fields: Fields): string {
  return fields?.[0] === "e" ? (fields[1] ?? "") : "";
}

function inOrder(entries: FeedEntry[]): FeedEntry[] {
  return entries.sort((a, b) => compareIds(a.id, b.id));
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  work.catch(() => undefined); // settled after the alarm: nobody is left to hear of it
  let timer: NodeJS.Timeout | undefined;
  const alarm = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the feed's read of Redis hung for ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work, alarm]);
  } finally {
    clearTimeout(timer);
  }
}
