/**
 * The last minutes of the feed, so that a listener who was away for a moment goes on where they were.
 *
 * 1. Bounded by count and by age; what was dropped raises the floor, and an id below the floor is too old.
 * 2. An event's id is its place in its stream and who told it: `<ms>-<seq>:<topic>:<partition>:<edge>`.
 * 3. Streams arrive at each edge in an order of its own. Who heard the id here hears exactly what came after it here. Who
 *    heard it from another edge, or before this one began anew, hears what came after it in its stream, and what other
 *    streams got from two seconds before it on: then an event may come twice, none is left out.
 */
import { randomBytes } from "node:crypto";
import { compareIds } from "../streams/reader.ts";
import type { TopicPartition } from "../streams/topology.ts";
import type { FeedEvent } from "./feed-events.ts";

const EVENTS_MAX = 10_000;
const AGE_MAX_MS = 300_000;
const MARGIN_MS = 2_000;
const ID = /^(\d{1,15}-\d{1,15}):([a-z-]{1,40}:\d{1,5}):([0-9a-f]{8})$/;

export interface Placed {
  readonly entryId: string;
  readonly stream: string;
  readonly ms: number;
  readonly event: FeedEvent;
}

export class FeedRing {
  #edge = newEdge();
  #events: Placed[] = [];
  /** Complete since this moment, by the clock of Redis. */
  #floorMs = Number.POSITIVE_INFINITY;
  #newest = "";

  /** Begins anew: complete from `floorMs` on, with nothing in it. */
  clear(floorMs: number): void {
    this.#events = [];
    this.#edge = newEdge();
    this.#floorMs = floorMs;
    this.#newest = `${floorMs}-0:start:0:${this.#edge}`;
  }

  add(placed: Placed): void {
    this.#events.push(placed);
    this.#newest = this.idOf(placed);
    if (this.#events.length >= EVENTS_MAX * 1.1) this.#trim(placed.ms);
  }

  /** The id to resume from for one who has heard everything so far. */
  get newest(): string {
    return this.#newest;
  }

  idOf({ entryId, stream }: Placed): string {
    return `${entryId}:${stream}:${this.#edge}`;
  }

  /** What one who has heard `lastId` has not heard yet; undefined when that cannot be told any more. */
  after(lastId: string): readonly Placed[] | undefined {
    const [, entryId, stream, edge] = ID.exec(lastId) ?? [];
    if (entryId === undefined || stream === undefined) return undefined;
    const ms = msOf(entryId);
    if (ms < this.#floorMs || ms > msOf(this.#newest) + MARGIN_MS) return undefined;
    const at = this.#events.findLastIndex((placed) => placed.entryId === entryId && placed.stream === stream);
    if (edge === this.#edge && at >= 0) return this.#events.slice(at + 1);
    const fromMs = ms - MARGIN_MS;
    return this.#events.filter((placed, index) => {
      if (placed.stream === stream) return compareIds(placed.entryId, entryId) > 0;
      return (at >= 0 && index > at) || placed.ms >= fromMs;
    });
  }

  /** What came to its stream at this time or later. */
  since(ms: number): readonly Placed[] {
    return this.#events.filter((placed) => placed.ms >= ms);
  }

  #trim(nowMs: number): void {
    const keep = this.#events.slice(-EVENTS_MAX).filter((placed) => placed.ms >= nowMs - AGE_MAX_MS);
    const dropped = this.#events.length - keep.length;
    const last = this.#events[dropped - 1];
    if (last !== undefined) this.#floorMs = Math.max(this.#floorMs, last.ms + 1);
    this.#events = keep;
  }
}

/** Who tells: an order of its own begins with each. */
function newEdge(): string {
  return randomBytes(4).toString("hex");
}

export function streamName({ topic, partition }: TopicPartition): string {
  return `${topic}:${partition}`;
}

export function msOf(entryId: string): number {
  return Number(entryId.slice(0, entryId.indexOf("-")));
}
