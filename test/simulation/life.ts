/**
 * One life of a host's process: its clock, and the calls it makes. A process that dies takes its timers with it and
 * hears no answer any more, but what it has sent may still arrive. One that stands still (SIGSTOP, a long pause) hears
 * and does nothing until it goes on, and then all of it at once.
 */
import type { Clock } from "../../streams/clock.ts";
import type { Link } from "./link.ts";
import type { Scheduler } from "./scheduler.ts";

/** A call: `effect` is applied at once and as a whole, some time later. Rejects with what it throws, or unknown. */
export type Io = <T>(label: string, effect: () => T) => Promise<T>;

/** What a store may answer in place of doing it; anything else ends the run. */
const LAWFUL = new Set<unknown>(["fenced", "data_refused"]);

/** What a call that nobody hears of any more may still take. */
const LATE_MAX_MS = 5_000;
/** When a call that hangs is given up (QUERY_TIMEOUT of actors/runtime/postgres.ts). */
const HANG_MS = 16_000;

type State = "running" | "paused" | "dead";

export class Life {
  readonly name: string;
  readonly clock: Clock;
  readonly #scheduler: Scheduler;
  readonly #onCrash: () => void;
  /** How far its wall clock is from the right time. */
  skewMs = 0;
  #state: State = "running";
  #heldBack: (() => void)[] = [];

  constructor(name: string, scheduler: Scheduler, onCrash: () => void = () => {}) {
    this.name = name;
    this.#scheduler = scheduler;
    this.#onCrash = onCrash;
    this.clock = {
      nowMs: () => scheduler.wallMs + this.skewMs,
      monotonicMs: () => scheduler.nowMs,
      after: (delayMs, callback) => {
        let isCancelled = false;
        const run = () => (isCancelled ? undefined : callback());
        const cancel = scheduler.after(delayMs, () => this.run(run));
        return () => {
          isCancelled = true;
          cancel();
        };
      },
      soon: (callback) => void scheduler.after(0, () => this.run(callback)),
    };
  }

  get state(): State {
    return this.#state;
  }

  /** Something reaches the process. */
  run(what: () => void): void {
    if (this.#state === "running") what();
    else if (this.#state === "paused") this.#heldBack.push(what);
  }

  crash(): void {
    if (this.#state === "dead") return;
    this.#scheduler.trace(`${this.name} dies`);
    this.#state = "dead";
    this.#heldBack = [];
    this.#onCrash();
  }

  pause(): void {
    if (this.#state === "running") this.#state = "paused";
  }

  resume(): void {
    if (this.#state !== "paused") return;
    this.#state = "running";
    const missed = this.#heldBack;
    this.#heldBack = [];
    // Each after what follows from the one before, as an event loop does it.
    for (const what of missed) this.#scheduler.after(0, () => this.run(what));
  }

  /** A call over the link. */
  io<T>(link: Link, label: string, effect: () => T): Promise<T> {
    const { random, faults } = link;
    const call = Promise.withResolvers<T>();
    if (this.#state === "dead") return call.promise; // it died in the middle of a turn: nothing more leaves it
    const answer = (settle: () => void) => this.#scheduler.after(link.delayMs(), () => this.run(settle));
    const fail = () => answer(() => call.reject(new Error(`${link.name}: the connection was lost`)));
    if (random.chance(faults.late)) {
      fail();
      this.#scheduler.after(random.below(LATE_MAX_MS), () => this.#apply(label, effect, call));
      return call.promise;
    }
    this.#scheduler.after(link.delayMs(), () => {
      if (link.isAway || random.chance(faults.refused)) {
        fail();
        return;
      }
      if (this.#dies(random.chance(faults.crash)) && random.chance(0.5)) return; // what was not sent yet is not done
      const settle = this.#apply(label, effect, call);
      if (this.#dies(random.chance(faults.crash))) return;
      if (!random.chance(faults.answerLost)) answer(settle);
      else if (random.chance(0.2)) this.#scheduler.after(HANG_MS, () => this.run(fail));
      else fail();
    });
    return call.promise;
  }

  /** Whether the process is dead now. */
  #dies(isCrash: boolean): boolean {
    if (isCrash && this.#state === "running") this.crash();
    return this.#state === "dead";
  }

  #apply<T>(label: string, effect: () => T, call: PromiseWithResolvers<T>): () => void {
    try {
      const value = effect();
      this.#scheduler.trace(`${this.name} ${label}`);
      return () => call.resolve(value);
    } catch (error) {
      if (!isLawful(error)) this.#scheduler.fail(error);
      this.#scheduler.trace(`${this.name} ${label}: ${String(error)}`);
      return () => call.reject(error);
    }
  }
}

function isLawful(error: unknown): boolean {
  return LAWFUL.has((error as { code?: unknown } | null)?.code);
}
