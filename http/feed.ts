/**
 * The feed: what happens, told at once to everybody who may know of it, by server-sent events (api.md, GET /feed).
 *
 * 1. Each edge reads the facts once, however many listen; a listener costs a filter and a buffer.
 * 2. It is a hint, not a record: an event may come twice, and `reset` says "ask again for everything".
 * 3. A listener's token ends the stream when it ends or has become stale (AUTH-3); they come back with a new one.
 */
import type { Logger } from "pino";
import type { RawEnvelope } from "../schemas/envelope.ts";
import type { UserId, Uuid } from "../schemas/ids.ts";
import type { RedisFactory } from "../streams/connection.ts";
import { partitionsOf, TOPICS, type Topic, type TopicPartition } from "../streams/topology.ts";
import { eventOf, type FeedEvent, mayHear } from "./feed-events.ts";
import { type FeedEntry, FeedReader } from "./feed-reader.ts";
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

const FEED_TOPICS: readonly Topic[] = ["tasks", "ledger", "payouts", "day", "notices"];
const HEARTBEAT_MS = 15_000;
/** Tabs of one person; a page that forgets to close its streams stops here. */
const LISTENERS_PER_PERSON_MAX = 30;
/** Sooner than anybody sees; and what comes while nobody listens is only kept for who comes back. */
const REST_MS = 20;
const REST_ALONE_MS = 250;
/** What a browser waits before it comes back. */
const RETRY_MS = 2_000;

export class Feed {
  readonly #options: FeedOptions;
  readonly #reader: FeedReader;
  readonly #ring = new FeedRing();
  readonly #listeners = new Map<FeedStream, Listening>();
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
      onStart: (sinceMs) => this.#begin(sinceMs),
      onEntries: (entries) => this.#take(entries),
      beforeEntries: readable,
      restMs: () => (this.#listeners.size > 0 ? REST_MS : REST_ALONE_MS),
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
    this.#catchUp(stream, listening.lastEventId);
    this.#listeners.set(stream, listening);
    stream.once("close", () => this.#listeners.delete(stream));
    return stream;
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
    for (const placed of missed ?? []) this.#send(stream, placed.event, this.#textOf(placed));
    // An id without an event moves the listener's place: also who has heard nothing yet can resume.
    stream.write(`id: ${this.#ring.newest}\n\n`);
  }

  #begin(sinceMs: number): void {
    this.#ring.clear(sinceMs);
    const text = `${eventText("reset", {})}id: ${this.#ring.newest}\n\n`;
    for (const stream of this.#listeners.keys()) stream.write(text);
  }

  #take(entries: readonly FeedEntry[]): void {
    for (const entry of entries) {
      const event = this.#eventOf(entry);
      if (event === undefined) continue;
      const placed = { entryId: entry.id, stream: streamName(entry.from), ms: msOf(entry.id), event };
      this.#ring.add(placed);
      const text = this.#textOf(placed);
      for (const stream of this.#listeners.keys()) this.#send(stream, event, text);
    }
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
