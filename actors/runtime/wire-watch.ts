/**
 * Whether Redis answers this host, asked with every beat. Without it a host can decide nothing, so it says so at once
 * and takes nothing; it gives away what it has after a lease's time, to those whom Redis does answer. The wait tells a
 * host that is cut off from a Redis that is away for all, where nobody is better off: by then everybody has said so.
 */
import type { Redis } from "ioredis";
import type { Clock } from "./clock.ts";
import { within } from "./deadline.ts";

/** Answers in a row after a silence until others may count on it: by then Redis answers them too, if it is back. */
const STEADY_ANSWERS = 2;

export class WireWatch {
  readonly #wires: readonly Redis[];
  readonly #clock: Clock;
  readonly #answerMaxMs: number;
  readonly #lostAfterMs: number;
  #answers = STEADY_ANSWERS;
  #answeredAtMs: number;

  constructor(wires: readonly Redis[], clock: Clock, answerMaxMs: number, lostAfterMs: number) {
    this.#wires = wires;
    this.#clock = clock;
    this.#answerMaxMs = answerMaxMs;
    this.#lostAfterMs = lostAfterMs;
    this.#answeredAtMs = clock.monotonicMs();
  }

  /** It answered when it was last asked. */
  get answers(): boolean {
    return this.#answers > 0;
  }

  get isSteady(): boolean {
    return this.#answers >= STEADY_ANSWERS;
  }

  /** Silent for so long that others should have what this host holds. */
  get isLost(): boolean {
    return !this.answers && this.#clock.monotonicMs() - this.#answeredAtMs > this.#lostAfterMs;
  }

  /** Asks. Never rejects. A subscriber is asked too: one that is owed nothing would not notice that it hears nothing. */
  async ask(): Promise<void> {
    let answered = false;
    const answers = Promise.all(this.#wires.map((wire) => wire.ping()));
    const heard = answers.then(
      () => (answered = true),
      () => undefined,
    );
    await within(this.#clock, this.#answerMaxMs, heard);
    this.#answers = answered ? this.#answers + 1 : 0;
    if (answered) this.#answeredAtMs = this.#clock.monotonicMs();
  }
}
