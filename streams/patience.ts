/**
 * How long a blocked read waits: longer while nothing comes, for a wait's end costs more than the wait. Whatever comes
 * ends it at once, so only a connection that died without a word is noticed later: where little is waited for.
 */
import type { Clock } from "./clock.ts";

const BLOCK_MS = 1_000;
/** With the time a late answer is given, below the silence after which a connection is cut (connection.ts). */
const BLOCK_MAX_MS = 4_000;

export class Patience {
  readonly #clock: Clock;
  #blockMs = BLOCK_MS;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * The longest waits end together: the process awakes once for all of its readers. Both took a third off an idle
   * machine's 3.9 % of a core.
   */
  nextMs(): number {
    if (this.#blockMs < BLOCK_MAX_MS) return this.#blockMs;
    return Math.max(1, Math.ceil(BLOCK_MAX_MS - (this.#clock.monotonicMs() % BLOCK_MAX_MS)));
  }

  ended(isEmpty: boolean): void {
    this.#blockMs = isEmpty ? Math.min(this.#blockMs * 2, BLOCK_MAX_MS) : BLOCK_MS;
  }
}
