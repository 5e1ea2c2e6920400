/** A kind of fault: where it strikes, and when the clock of its recovery starts. */
import type { Chance } from "../chance.ts";
import type { Installation } from "../installation.ts";

export interface Strike {
  readonly installation: Installation;
  readonly chance: Chance;
  /** From now on it counts how long the recovery takes; `lostPid` is dead. */
  readonly struck: (lostPid?: number) => void;
}

export interface FaultKind {
  readonly name: string;
  /** Faults of one lane come one after another; lanes run beside each other. */
  readonly lane: "processes" | "links" | "servers" | "outside";
  /** How often, among those of its lane. */
  readonly weight: number;
  /** Strikes, and ends when the harm is over; answers whom it hit, undefined when it hit nobody. */
  strike(strike: Strike): Promise<string | undefined>;
}
