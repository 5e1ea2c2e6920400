/**
 * Virtual time: one queue of everything that will happen, in order. Between two events the code that waits runs on, in
 * microtasks, until it waits again: nothing else runs at the same time, so the same seed gives the same run.
 *
 * `nowMs` runs on evenly. What wall clocks say may leap ahead of it: days pass without their thousands of idle seconds.
 */
import { createHash } from "node:crypto";

interface Event {
  readonly atMs: number;
  /** Events of one moment happen in the order in which they were planned. */
  readonly order: number;
  run: (() => void) | undefined;
}

/** What wall clocks say when a run begins, unless told: a Monday morning in UTC. */
export const START_MS = Date.UTC(2026, 2, 9, 8);

const HASHED_AT_ONCE = 65_536;

export class Scheduler {
  #queue: Event[] = [];
  #order = 0;
  #nowMs = 0;
  #leaptMs = 0;
  #events = 0;
  #failure: unknown;
  readonly #hash = createHash("sha256");
  /** Lines that are not in the hash yet: it takes them many at a time. */
  #unhashed = "";
  readonly #startMs: number;
  /** What happened, for a reader; kept only when asked for. */
  readonly lines: string[] | undefined;

  constructor(keepLines = false, startMs = START_MS) {
    this.#startMs = startMs;
    this.lines = keepLines ? [] : undefined;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  get wallMs(): number {
    return this.#startMs + Math.floor(this.#nowMs) + this.#leaptMs;
  }

  get events(): number {
    return this.#events;
  }

  /** Wall clocks go on from `wallMs`. */
  leapTo(wallMs: number): void {
    this.#leaptMs += Math.max(0, wallMs - this.wallMs);
  }

  after(delayMs: number, run: () => void): () => void {
    const event: Event = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, run };
    push(this.#queue, event);
    return () => {
      event.run = undefined;
    };
  }

  /** Ends the run: something is broken. The first one counts, for the others may follow from it. */
  fail(error: unknown): void {
    this.#failure ??= error;
  }

  /** Goes into the run's hash. */
  trace(text: string): void {
    const line = `${this.#nowMs.toFixed(3)} ${text}`;
    this.#unhashed += `${line}\n`;
    if (this.#unhashed.length > HASHED_AT_ONCE) this.#hashLines();
    this.lines?.push(line);
  }

  /** The run so far, in one word. */
  digest(): string {
    this.#hashLines();
    return this.#hash.copy().digest("hex").slice(0, 16);
  }

  #hashLines(): void {
    this.#hash.update(this.#unhashed);
    this.#unhashed = "";
  }

  /** Lets things happen until `isOver` says so before an event, or nothing is left to happen. Throws what failed it. */
  async run(isOver: () => boolean): Promise<void> {
    await settled();
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      if (isOver()) return;
      const event = pop(this.#queue);
      if (event === undefined) return;
      if (event.run === undefined) continue;
      this.#nowMs = event.atMs;
      this.#events += 1;
      event.run();
      await settled();
    }
  }
}

/** Until everything that could run on has run on: no real input or output is under way, so only microtasks are. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/** A binary heap: the first event stands first. */
function push(heap: Event[], event: Event): void {
  let at = heap.length;
  heap.push(event);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || !isBefore(event, above)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = event;
}

function pop(heap: Event[]): Event | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    const left = heap[2 * at + 1];
    const right = heap[2 * at + 2];
    const isRight = right !== undefined && left !== undefined && isBefore(right, left);
    const child = isRight ? right : left;
    if (child === undefined || !isBefore(child, last)) break;
    heap[at] = child;
    at = 2 * at + (isRight ? 2 : 1);
  }
  heap[at] = last;
  return first;
}
