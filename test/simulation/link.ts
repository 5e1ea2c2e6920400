/** The way to something outside of a process: how long a call takes on it, and what may go wrong with it. */
import type { Random } from "./random.ts";

/** Chances per call. */
export interface LinkFaults {
  /** The call never arrives; the caller hears of an error. */
  readonly refused: number;
  /** The call has its effect; the caller hears of an error. */
  readonly answerLost: number;
  /** The caller hears of an error, and the call has its effect seconds later: it was on its way all the time. */
  readonly late: number;
  /** The caller's process dies with the call on its way: before its effect or after it. */
  readonly crash: number;
  /** The call takes seconds. */
  readonly slow: number;
}

export const NO_FAULTS: LinkFaults = { refused: 0, answerLost: 0, late: 0, crash: 0, slow: 0 };

const USUAL_MS = 2;
const SLOW_MS = 4_000;

export class Link {
  readonly name: string;
  readonly random: Random;
  faults: LinkFaults = NO_FAULTS;
  /** Nobody answers: every call ends with an error. */
  isAway = false;

  constructor(name: string, random: Random) {
    this.name = name;
    this.random = random;
  }

  /** One way of a call. */
  delayMs(): number {
    if (this.random.chance(this.faults.slow)) return this.random.below(SLOW_MS);
    return 0.05 + (this.random.below(1_000) / 1_000) * USUAL_MS;
  }
}
