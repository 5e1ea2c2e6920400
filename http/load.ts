/**
 * Work of one kind that is in progress, and whether more may begin: back-pressure by Little's law. Who comes when L are
 * in progress waits for L ÷ (completions per second), so there is room for completions per second × the wait allowed.
 *
 * 1. Work begins at once or is refused at once: nothing queues here, and what is refused has left no trace.
 * 2. There is always room for `min`, never for more than `max`.
 * 3. The rate is halved towards what a window completed only when at least half of the room was taken all through it:
 *    completing little while little is asked for says nothing of what could be done.
 */
import { overloaded } from "./problem.ts";
import { Refusal } from "./refusal.ts";
import { isUnavailable } from "./unavailable.ts";

export interface LoadOptions {
  readonly min: number;
  readonly max: number;
  /** How long work may wait for what began before it. */
  readonly waitMsMax: number;
  /** Whether what is in line beyond this process is too much already. */
  readonly isBehind?: () => boolean;
  readonly nowMs?: () => number;
}

/** Long enough for several batches, short enough to follow a database that slows down. */
const WINDOW_MS = 250;

export class Load {
  readonly #options: LoadOptions;
  readonly #nowMs: () => number;
  #inProgress = 0;
  #perSecond = 0;
  #completed = 0;
  #windowBeganMs: number;
  /** Whether less than half of the room was taken for a moment of this window. */
  #isSlack = true;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#windowBeganMs = this.#nowMs();
  }

  get isFull(): boolean {
    this.#measure();
    return this.#inProgress >= this.#room || this.#options.isBehind?.() === true;
  }

  get #room(): number {
    const { min, max, waitMsMax } = this.#options;
    return Math.min(max, Math.max(min, Math.floor((this.#perSecond * waitMsMax) / 1_000)));
  }

  get #isHalfFree(): boolean {
    return this.#inProgress < this.#room / 2;
  }

  /** Throws 503 without having begun when there is no room. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.isFull) throw overloaded();
    this.#inProgress++;
    try {
      const result = await work();
      this.#completed++;
      return result;
    } catch (error) {
      if (!isPutOff(error)) this.#completed++;
      throw error;
    } finally {
      this.#inProgress--;
      this.#isSlack ||= this.#isHalfFree;
    }
  }

  #measure(): void {
    const nowMs = this.#nowMs();
    const elapsedMs = nowMs - this.#windowBeganMs;
    if (elapsedMs < WINDOW_MS) return;
    const perSecond = (this.#completed * 1_000) / elapsedMs;
    this.#perSecond = this.#isSlack
      ? Math.max(this.#perSecond, perSecond)
      : (this.#perSecond + perSecond) / 2;
    this.#completed = 0;
    this.#windowBeganMs = nowMs;
    this.#isSlack = this.#isHalfFree;
  }
}

/** Not an answer to what was asked, only that there is none now. */
function isPutOff(error: unknown): boolean {
  return error instanceof Refusal ? error.code === "unavailable" : isUnavailable(error);
}
