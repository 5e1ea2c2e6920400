/**
 * Reading: one partition of one group, on a connection of its own, under a constant consumer name.
 *
 * 1. What was delivered and not acknowledged is read again first: on start, on reconnect, after a blocked read whose
 *    outcome is unknown, after NOGROUP, after a gap, and now and then when nothing comes: an owner that was paused past
 *    its lease may have taken entries with it, by the same consumer name. Consumers drop what they have by marks, so
 *    this is always safe (G3).
 * 2. A missing group is made again at the position that Postgres knows, never at `$` (G6).
 * 3. A call that outlives its time is not waited for: the client is thrown away and a new one built.
 */
import type { Redis } from "ioredis";
import { type Clock, systemClock } from "./clock.ts";
import { type RedisFactory, ready } from "./connection.ts";
import { Patience } from "./patience.ts";
import { gathers, type Kind, streamKey, type TopicPartition } from "./topology.ts";

export interface Entry {
  readonly from: TopicPartition;
  readonly id: string;
  /** Undefined: trimmed while it was pending; nothing is left of it but to acknowledge it. */
  readonly payload: string | undefined;
  /** It was pending: delivered before, and not acknowledged. */
  readonly again?: boolean;
}

const CONSUMER = "owner";
/** A call that is this late is hung, not slow. */
const LATE_MS = 2_000;
/** To connect in; longer than the client's own limit, which says more. */
const CONNECT_MS = 6_000;
/** Draining costs a read of all that is pending: after gaps not more often than this, … */
const DRAIN_AFTER_MS = 1_000;
/**
 * … and without any reason, when little comes, at first as often, for the owner before may have taken entries on its way
 * out, then after twice the time, and at last as often as this.
 */
const DRAIN_IDLE_MS = 5_000;

/** How often a kind that gathers reads, while something comes. */
const GATHER_MS = 250;

type Reply = [key: string, entries: [id: string, fields: string[] | null][]][] | null;

export interface ReaderOptions {
  readonly connect: RedisFactory;
  readonly group: Kind;
  readonly streams: readonly TopicPartition[];
  /** The last entry whose batch is committed, as Postgres knows. */
  readonly cursorOf: (stream: TopicPartition) => string | undefined;
  readonly countMax: number;
  /** The machine's unless told. */
  readonly clock?: Clock;
}

export class StreamReader {
  readonly #o: ReaderOptions;
  readonly #clock: Clock;
  readonly #streams: ReadonlyMap<string, TopicPartition>;
  #redis: Redis | undefined;
  /** Position in the history of each stream that is still being drained; empty = read what is new. */
  #history = new Map<string, string>();
  #isConnected = false;
  #drainedAtMs = 0;
  #drainPauseMs = DRAIN_AFTER_MS;
  #drainAsked = false;
  /** The last read brought something, though not all it may: more will come. */
  #isGathering = false;
  readonly #patience: Patience;
  #closed = false;
  /** Ends what is being waited for. */
  #giveUp: ((error: Error) => void) | undefined;

  constructor(options: ReaderOptions) {
    this.#o = options;
    this.#clock = options.clock ?? systemClock;
    this.#patience = new Patience(this.#clock);
    this.#streams = new Map(options.streams.map((at) => [streamKey(at), at]));
  }

  /**
   * The next entries: waits some seconds for them, and answers none when there are none.
   * Throws when Redis is away; the next call starts with the history.
   */
  async read(): Promise<Entry[]> {
    try {
      if (this.#isGathering) await this.#gather();
      return await this.#readOrPrepare();
    } catch (error) {
      this.#abandon();
      throw error;
    }
  }

  /** All partitions of a process read at the same moments, so that they share a commit as well. */
  async #gather(): Promise<void> {
    const waitMs = GATHER_MS - (this.#clock.monotonicMs() % GATHER_MS);
    await this.#answered(new Promise<void>((resolve) => void this.#clock.after(waitMs, resolve)));
  }

  /** A group that is missing is no error but the first thing to do. */
  async #readOrPrepare(): Promise<Entry[]> {
    try {
      return await this.#readNext();
    } catch (error) {
      if (!(error instanceof Error && error.message.includes("NOGROUP"))) throw error;
    }
    await this.#prepare(await this.#connection());
    return [];
  }

  async #readNext(): Promise<Entry[]> {
    const redis = await this.#connection();
    if (this.#drainAsked && this.#clock.monotonicMs() - this.#drainedAtMs >= DRAIN_AFTER_MS)
      this.#startDrain();
    return this.#history.size > 0 ? await this.#readHistory(redis) : await this.#readNew(redis);
  }

  /** Something is missing: it may be pending, delivered to an owner that never decided it. */
  drain(): void {
    this.#drainAsked = true;
  }

  /** Ends a blocked read at once. */
  close(): void {
    this.#closed = true;
    this.#abandon();
    this.#giveUp?.(new Error("the reader was closed"));
  }

  #abandon(): void {
    this.#redis?.disconnect(false);
    this.#redis = undefined;
    this.#isConnected = false;
  }

  /** Begins to connect, so that the first read need not. */
  connect(): void {
    this.#redis ??= this.#o.connect("blocking");
    ready(this.#redis, CONNECT_MS, this.#clock).catch(() => undefined); // the first read says what is wrong
  }

  async #connection(): Promise<Redis> {
    if (this.#closed) throw new Error("the reader is closed");
    if (this.#redis?.status !== "ready" || !this.#isConnected) await this.#makeReady();
    const redis = this.#redis;
    if (redis === undefined) throw new Error("the reader was closed while it connected");
    return redis;
  }

  /** On the connection that is being made, or on a new one. What it reads first is the history. */
  async #makeReady(): Promise<void> {
    if (this.#isConnected) this.#abandon();
    this.connect();
    const redis = this.#redis as Redis;
    await this.#answered(ready(redis, CONNECT_MS, this.#clock), CONNECT_MS);
    this.#isConnected = true;
    this.#drainPauseMs = DRAIN_AFTER_MS;
    this.#startDrain();
  }

  /** Makes the groups that are missing, and goes back to the start of the history. */
  async #prepare(redis: Redis): Promise<void> {
    for (const [key, at] of this.#streams) {
      const position = await this.#position(redis, key, at);
      try {
        await this.#answered(redis.xgroup("CREATE", key, this.#o.group, position, "MKSTREAM"));
      } catch (error) {
        if (!(error instanceof Error && error.message.includes("BUSYGROUP"))) throw error;
      }
    }
    this.#startDrain();
  }

  #startDrain(): void {
    for (const key of this.#streams.keys()) this.#history.set(key, "0");
    this.#drainAsked = false;
    this.#drainedAtMs = this.#clock.monotonicMs();
  }

  /** The cursor that Postgres knows, unless the stream is younger than it: then all of the stream is new. */
  async #position(redis: Redis, key: string, at: TopicPartition): Promise<string> {
    const cursor = this.#o.cursorOf(at);
    if (cursor === undefined) return "0";
    const newest = await this.#answered(redis.xrevrange(key, "+", "-", "COUNT", 1));
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
    return this.#entries(reply, true);
  }

  async #readNew(redis: Redis): Promise<Entry[]> {
    const keys = [...this.#streams.keys()];
    const news = keys.map(() => ">");
    const entries = this.#entries(await this.#readGroup(redis, keys, news, this.#patience.nextMs()), false);
    this.#patience.ended(entries.length === 0);
    this.#isGathering = gathers(this.#o.group) && entries.length > 0 && entries.length < this.#o.countMax;
    if (entries.length < this.#o.countMax && this.#isTimeToDrain()) {
      this.#drainAsked = true;
      this.#drainPauseMs = Math.min(this.#drainPauseMs * 2, DRAIN_IDLE_MS);
    }
    return entries;
  }

  #isTimeToDrain(): boolean {
    return this.#clock.monotonicMs() - this.#drainedAtMs >= this.#drainPauseMs;
  }

  #readGroup(redis: Redis, keys: string[], ids: string[], blockMs: number | undefined): Promise<Reply> {
    const block = blockMs === undefined ? [] : ["BLOCK", blockMs];
    const call = redis.call(
      ...["XREADGROUP", "GROUP", this.#o.group, CONSUMER, "COUNT", this.#o.countMax],
      ...[...block, "STREAMS", ...keys, ...ids],
    );
    return this.#answered(call as Promise<Reply>, LATE_MS + (blockMs ?? 0));
  }

  /** The call's answer; an error when it does not come in time, or the reader is closed. One call at a time. */
  async #answered<T>(call: Promise<T>, limitMs: number = LATE_MS): Promise<T> {
    const givenUp = Promise.withResolvers<never>();
    this.#giveUp = givenUp.reject;
    const hung = () => givenUp.reject(new Error(`a call of Redis hung for ${limitMs} ms`));
    const cancel = this.#clock.after(limitMs, hung);
    try {
      return await Promise.race([call, givenUp.promise]);
    } finally {
      cancel();
      this.#giveUp = undefined;
    }
  }

  #entries(reply: Reply, again: boolean): Entry[] {
    return (reply ?? []).flatMap(([key, entries]) => {
      const from = this.#streams.get(key);
      if (from === undefined) return [];
      return entries.map(([id, fields]) => ({ from, id, payload: fields?.[1], again }));
    });
  }
}

/** Order of stream ids: `<ms>-<seq>`. */
export function compareIds(a: string, b: string): number {
  const [aMs = 0, aSeq = 0] = a.split("-").map(Number);
  const [bMs = 0, bSeq = 0] = b.split("-").map(Number);
  return aMs - bMs || aSeq - bSeq;
}
