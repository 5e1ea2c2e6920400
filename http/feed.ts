/**
 * The feed: what happens, told at once to everybody who may know of it, by server-sent events (api.md, GET /feed).
 *
 * 1. Each edge reads the facts once, however many listen, and not at all while nobody does; a listener costs a filter
 *    and a buffer.
 * 2. It is a hint, not a record: an event may come twice, and `reset` says "ask again for everything".
 * 3. A listener's token ends the stream when it ends or has become stale (AUTH-3); they come back with a new one.
 */
import type { Logger } from "pino";
import type { RawEnvelope } from "../schemas/envelope.ts";
import type { UserId, Uuid } from "../schemas/ids.ts";
import type { RedisFactory } from "../streams/connection.ts";
import { partitionsOf, TOPICS, type Topic, type TopicPartition } from "../streams/topology.ts";
import { eventOf, type FeedEvent, mayHear } from "./feed-events.ts";
import { type FeedEntry, FeedReader, type FeedStart } from "./feed-reader.ts";
import { FeedRing, msOf, type Placed, streamName } from "./feed-ring.ts";
import { eventText, FeedStream } from "./feed-stream.ts";
import { HeadedRefusal, unavailable } from "./problem.ts";
import type { Caller } from "./route.ts";

export interface FeedOptions {
  readonly redis: RedisFactory;
  /** Partitions of the topics keyed by account. */
  readonly partitions: number;
  readonly logger: Logger;
  readonly nowMs: () => number;
  readonly heartbeatMs?: number | undefined;
  /** How long it reads on when the last listener has left. Default: a minute. */
  readonly lingerMs?: number | undefined;
  readonly listenersMax: number;
  /** Resolves when what is known now can be read; then it is told. Default: at once. */
  readonly readable?: (() => Promise<void>) | undefined;
}

export interface Listening {
  readonly caller: Caller;
  readonly lastEventId: string | undefined;
  readonly expiresAtMs: number;
  readonly isStale: () => boolean;
}

/** Came while nothing was read: hears what came since when it is. */
interface Joining {
  readonly lastEventId: string | undefined;
  readonly sinceMs: number;
}

const FEED_TOPICS: readonly Topic[] = ["tasks", "ledger", "payouts", "day", "notices"];
const HEARTBEAT_MS = 15_000;
/** Tabs of one person; a page that forgets to close its streams stops here. */
const LISTENERS_PER_PERSON_MAX = 30;
/** Whoever was away for a moment goes on where they were: so long it reads on for them. */
const LINGER_MS = 60_000;
/** What a browser waits before it comes back. */
const RETRY_MS = 2_000;

export class Feed {
  readonly #options: FeedOptions;
  readonly #reader: FeedReader;
  readonly #ring = new FeedRing();
  readonly #listeners = new Map<FeedStream, Listening>();
  readonly #joining = new Map<FeedStream, Joining>();
  #somebody = Promise.withResolvers<void>();
  #lastLeftMs = Number.NEGATIVE_INFINITY;
  #isReading = false;
  /** The board states the end of a day once per partition; listeners hear of it once. */
  #lastDay = "";
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: FeedOptions) {
    this.#options = options;
    const { redis, partitions, logger, readable } = options;
    this.#ring.clear(options.nowMs());
    this.#reader = new FeedReader({
      redis,
      streams: feedStreams(partitions),
      logger,
      onStart: (start) => this.#begin(start),
      onEntries: (entries) => this.#take(entries),
      beforeEntries: readable,
      audience: () => this.#audience(),
    });
  }

  start(): void {
    this.#reader.start();
    this.#timer = setInterval(() => this.#beat(), this.#options.heartbeatMs ?? HEARTBEAT_MS);
    this.#timer.unref();
  }

  /** Ends every stream, so that the listeners go to another edge. */
  endStreams(): void {
    this.#closed = true;
    for (const stream of this.#listeners.keys()) stream.end();
  }

  async close(): Promise<void> {
    this.endStreams();
    clearInterval(this.#timer);
    await this.#reader.close();
  }

  listen(listening: Listening): FeedStream {
    this.#refuseTooMany(listening.caller);
    const stream = new FeedStream(listening.caller);
    stream.write(`retry: ${RETRY_MS}\n\n`);
    const { lastEventId } = listening;
    if (this.#isReading) this.#catchUp(stream, lastEventId);
    else this.#joining.set(stream, { lastEventId, sinceMs: this.#options.nowMs() });
    this.#listeners.set(stream, listening);
    stream.once("close", () => this.#left(stream));
    this.#somebody.resolve();
    return stream;
  }

  #left(stream: FeedStream): void {
    this.#listeners.delete(stream);
    this.#joining.delete(stream);
    this.#lastLeftMs = this.#options.nowMs();
  }

  #audience(): Promise<void> | undefined {
    const { nowMs, lingerMs = LINGER_MS } = this.#options;
    if (this.#listeners.size > 0 || nowMs() - this.#lastLeftMs < lingerMs) return undefined;
    this.#isReading = false;
    this.#somebody = Promise.withResolvers();
    return this.#somebody.promise;
  }

  /** Tells one person of this edge something that is in no stream. */
  async tell(userId: UserId, event: Pick<FeedEvent, "name" | "data">): Promise<void> {
    await this.#options.readable?.();
    const text = eventText(event.name, event.data);
    for (const stream of this.#listeners.keys()) if (stream.caller.id === userId) stream.write(text);
  }

  #refuseTooMany(caller: Caller): void {
    if (this.#closed) throw unavailable("This edge is about to stop.");
    if (this.#listeners.size >= this.#options.listenersMax)
      throw unavailable("Too many listen here at the moment.");
    let own = 0;
    for (const stream of this.#listeners.keys()) if (stream.caller.id === caller.id) own++;
    if (own < LISTENERS_PER_PERSON_MAX) return;
    throw new HeadedRefusal(
      429,
      "too_many_feeds",
      `Expected at most ${LISTENERS_PER_PERSON_MAX} open feeds of one person.`,
      {
        "Retry-After": "30",
      },
    );
  }

  #catchUp(stream: FeedStream, lastEventId: string | undefined): void {
    const missed = lastEventId === undefined ? [] : this.#ring.after(lastEventId);
    if (missed === undefined) stream.write(eventText("reset", {}));
    this.#goOn(stream, missed ?? []);
  }

  #goOn(stream: FeedStream, missed: readonly Placed[]): void {
    for (const placed of missed) this.#send(stream, placed.event, this.#textOf(placed));
    // An id without an event moves the listener's place: also who has heard nothing yet can resume.
    stream.write(`id: ${this.#ring.newest}\n\n`);
  }

  #begin({ nowMs, sinceMs, entries }: FeedStart): void {
    this.#isReading = true;
    this.#ring.clear(sinceMs);
    for (const entry of entries) this.#place(entry);
    const aheadMs = this.#options.nowMs() - nowMs; // and by as much as asking took: rather twice than never
    for (const stream of this.#listeners.keys()) {
      const joined = this.#joining.get(stream);
      if (joined === undefined) {
        stream.write(eventText("reset", {}));
        this.#goOn(stream, []);
      } else if (joined.lastEventId !== undefined) this.#catchUp(stream, joined.lastEventId);
      else this.#goOn(stream, this.#ring.since(joined.sinceMs - aheadMs));
    }
    this.#joining.clear();
  }

  #take(entries: readonly FeedEntry[]): void {
    for (const entry of entries) {
      const placed = this.#place(entry);
      if (placed === undefined) continue;
      const text = this.#textOf(placed);
      for (const stream of this.#listeners.keys()) this.#send(stream, placed.event, text);
    }
  }

  #place(entry: FeedEntry): Placed | undefined {
    const event = this.#eventOf(entry);
    if (event === undefined) return undefined;
    const placed = { entryId: entry.id, stream: streamName(entry.from), ms: msOf(entry.id), event };
    this.#ring.add(placed);
    return placed;
  }

  #eventOf({ payload, from, id }: FeedEntry): FeedEvent | undefined {
    let event: FeedEvent | undefined;
    try {
      event = eventOf(JSON.parse(payload) as RawEnvelope);
    } catch (error) {
      this.#options.logger.warn(
        { err: error, stream: streamName(from), entry: id },
        "the feed passed an entry by",
      );
    }
    if (event?.name !== "day") return event;
    const day = JSON.stringify(event.data);
    if (day === this.#lastDay) return undefined;
    this.#lastDay = day;
    return event;
  }

  #textOf(placed: Placed): string {
    return eventText(placed.event.name, placed.event.data, this.#ring.idOf(placed));
  }

  #send(stream: FeedStream, event: FeedEvent, text: string): void {
    if (mayHear(stream.caller, event.audience)) stream.write(text);
  }

  #beat(): void {
    const nowMs = this.#options.nowMs();
    for (const [stream, { expiresAtMs, isStale }] of this.#listeners) {
      if (nowMs >= expiresAtMs || isStale()) stream.end();
      else stream.write(": heartbeat\n\n");
    }
  }
}

/** Told to the sender of a command that was answered with a promise. */
export function commandDecided(id: Uuid): Pick<FeedEvent, "name" | "data"> {
  return { name: "command", data: { id, state: "done" } };
}

function feedStreams(partitions: number): TopicPartition[] {
  return FEED_TOPICS.flatMap((topic) =>
    Array.from({ length: partitionsOf(TOPICS[topic].spread, partitions) }, (_, partition) => ({
      topic,
      partition,
    })),
  );
}
