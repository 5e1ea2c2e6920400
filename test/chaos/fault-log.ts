/** What was done to the installation and how long it took to go on: the chaos run's diary. */

import type { Chance } from "./chance.ts";
import type { FaultKind } from "./faults/fault.ts";
import type { Installation } from "./installation.ts";
import { type Prober, type Recovery, worstOf } from "./recovery.ts";

export interface FaultRecord {
  readonly kind: string;
  readonly target: string;
  /** Seconds since the run began. */
  readonly atS: number;
  readonly isAlone: boolean;
  readonly recovery: Recovery | undefined;
}

/** Two looks at each other's recovery at most: probes are traffic too. */
const PROBES_UNDER_WAY_MAX = 3;

export class FaultLog {
  readonly records: FaultRecord[] = [];
  /** Orders to hit that hit nobody, such as a crash point that was not passed in time. */
  misses = 0;
  /** Whether recoveries are measured: under siege there is none to be had. */
  isMeasuring = true;
  readonly #installation: Installation;
  readonly #prober: Prober;
  readonly #startedMs = performance.now();
  readonly #measuring = new Set<Promise<unknown>>();

  constructor(installation: Installation, prober: Prober) {
    this.#installation = installation;
    this.#prober = prober;
  }

  /** Strikes and returns when the harm is over; alone, when everything has recovered too. */
  async strike(fault: FaultKind, chance: Chance, isAlone: boolean): Promise<FaultRecord | undefined> {
    const atS = (performance.now() - this.#startedMs) / 1_000;
    const atMs = Date.now();
    let measured: Promise<Recovery> | undefined;
    const struck = (lostPid?: number): void => {
      if (measured !== undefined || !this.isMeasuring) return;
      if (!isAlone && this.#measuring.size >= PROBES_UNDER_WAY_MAX) return;
      measured = this.#prober.measure(isAlone, lostPid);
      const measuring = measured.catch(() => undefined);
      this.#measuring.add(measuring);
      void measuring.finally(() => this.#measuring.delete(measuring));
    };
    const target = await fault.strike({ installation: this.#installation, chance, struck });
    if (target === undefined) {
      this.misses += 1;
      return undefined;
    }
    this.#installation.note(`${new Date(atMs).toISOString()} ${fault.name}: ${target}`);
    if (isAlone) return this.#record(fault.name, target, atS, true, await measured);
    const place = this.records.push({ kind: fault.name, target, atS, isAlone, recovery: undefined }) - 1;
    void measured?.then(
      (recovery) => {
        this.records[place] = { kind: fault.name, target, atS, isAlone, recovery };
      },
      () => undefined,
    );
    return this.records[place];
  }

  /** Harm that was done elsewhere. */
  add(kind: string, target: string): void {
    this.#record(kind, target, (performance.now() - this.#startedMs) / 1_000, false, undefined);
  }

  async measured(): Promise<void> {
    await Promise.all(this.#measuring);
  }

  #record(
    kind: string,
    target: string,
    atS: number,
    isAlone: boolean,
    recovery: Recovery | undefined,
  ): FaultRecord {
    const record = { kind, target, atS, isAlone, recovery };
    this.records.push(record);
    const took = recovery === undefined ? "" : `, recovered after ${Math.round(worstOf(recovery))} ms`;
    this.#installation.note(`${kind}: ${target}${took}`);
    return record;
  }
}
