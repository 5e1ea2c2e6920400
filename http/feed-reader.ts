/**
 * Reads the topics of the feed with plain XREAD: no group, no acknowledgement, every edge for itself.
 *
 * 1. It starts at the end of each stream, after telling what the last minutes held.
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
  /** The feed begins, or begins anew, with the entries since `sinceMs` to follow. */
  readonly onStart: (sinceMs: number) => void;
  readonly onEntries: (entries: readonly FeedEntry[]) => void;
  /** Awaited between reading entries and telling them. */
  readonly beforeEntries?: (() => Promise<void>) | undefined;
  /** How long it may rest now. */
  readonly restMs: () => number;
}

/** An answer that is this late hangs, and is not slow. */
const LATE_MS = 2_000;
const CONNECT_MS = 3_000;
const COUNT_MAX = 500;
const PRELOAD_MS = 300_000;
const PRELOAD_MAX = 2_000;
const RETRY_MS = 500;

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
    this.#abandon();
    await this.#running;
  }

  async #loop(): Promise<void> {
    let failures = 0;
    while (!this.#isClosed) {
      try {
        const redis = await this.#connection();
        const reply = await this.#read(redis);
        if (reply !== null) await this.#options.beforeEntries?.();
        this.#take(reply);
        failures = 0;
        if (reply !== null) await this.#rest(this.#options.restMs());
      } catch (error) {
        if (this.#isClosed) return;
        this.#abandon();
        if (failures++ === 0)
          this.#options.logger.warn({ err: error }, "the feed cannot be read; it is tried again");
        await this.#rest(RETRY_MS);
      }
    }
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
    const sinceMs = Number((await redis.time())[0]) * 1000 - PRELOAD_MS;
    this.#last = newest;
    const entries = await this.#recent(redis, sinceMs);
    this.#options.onStart(entries.length < PRELOAD_MAX ? sinceMs : Number(entries[0]?.id.split("-")[0]) + 1);
    this.#options.onEntries(entries);
  }

  async #newest(redis: Redis): Promise<Map<string, string>> {
    const newest = new Map<string, string>();
    for (const key of this.#streams.keys()) {
      const [last] = (await redis.xrevrange(key, "+", "-", "COUNT", 1)) as Range;
      newest.set(key, last?.[0] ?? "0-0");
    }
    return newest;
  }

  /** At most so many of the last entries up to those in `#last`, oldest first. */
  async #recent(redis: Redis, sinceMs: number): Promise<FeedEntry[]> {
    const all: FeedEntry[] = [];
    for (const [key, id] of this.#last) {
      const range = (await redis.xrevrange(key, id, String(sinceMs), "COUNT", PRELOAD_MAX)) as Range;
      all.push(...this.#entries(key, range));
    }
    return inOrder(all).slice(-PRELOAD_MAX);
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
