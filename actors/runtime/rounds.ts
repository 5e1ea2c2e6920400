/**
 * Rounds of the event loop: the batches of one process take turns, so that input and output go on between them. Without
 * it, partitions that wait for the same commit go on together, and everything that is only a few steps of a conversation
 * (a mail, an answer to the edge, a beat) waits for all of them at each step.
 *
 * Where not all can go on, kinds go by rank: commands, then the ledger and its day, then what follows from it, which is
 * one rank: a payout is paid, told of and counted at one pace. Every fourth turn is for whoever has waited longest, so
 * nobody waits for ever. While commands come, a batch that has begun goes on in the same way, some milliseconds at a time,
 * before others of its rank begin. What follows from a long work (a shuffle, an import, the close of a day) gathers meanwhile.
 *
 * A day with 100,000 payouts, with payments, mails and analytics beside it: sealed after 22..26 s in place of 43..45
 * (one set-based SQL statement beside it: 9..10 s). A round of the event loop had lasted 350..600 ms.
 */
import type { Kind } from "../../streams/topology.ts";
import type { Clock } from "./clock.ts";

/**
 * While a partition is at a long work of the whole company (the board's at a shuffle or an import, an account's at a
 * close), what only follows from it gathers, for so long at the most: the processor is theirs and of those who wait for
 * an answer, and what has gathered costs less in fuller batches. A longer work is followed one at a time, so that all have
 * gone on after as long again: well below the 30 s after which an outbox takes what nobody consumes for lost. Let go all at
 * once, in a shuffle of 100,000, they held commands up for as long as 320 ms, and it for two seconds each time.
 */
const GATHER_MS_MAX = 10_000;
/** A round that has lasted for so long takes nobody more. Whoever asks a young one goes on at once: little work never waits. */
const ROUND_MS = 5;
const LONGEST_WAITING_EVERY = 4;
/** While commands come, batches that have begun make room for them; else it would cost postings 7 % for nobody. */
const COMMANDS_RECENT_MS = 1_000;

const RANKS: Readonly<Record<Kind, number>> = {
  directory: 0,
  "task-board": 1,
  bookkeeper: 1,
  account: 2,
  "day-close": 2,
  payment: 3,
  mailer: 3,
  analytics: 3,
  webhook: 3,
  scheduler: 4,
};

/** Whose messages to themselves, while some are ready, are the next piece of a long work. */
const LEADERS: ReadonlySet<Kind> = new Set<Kind>(["task-board", "account"]);

/** A partition, as its lease names it. */
interface Leader {
  readonly kind: Kind;
}

interface Waiting {
  readonly kind: Kind;
  readonly begin: () => void;
  readonly hasBegun?: boolean;
}

export class Rounds {
  readonly #clock: Clock;
  /** In the order of asking. */
  readonly #waiting: Waiting[] = [];
  /** Partitions at a long work, and what follows from them: batches and readers. */
  readonly #leaders = new Set<Leader>();
  #gathering: Waiting[] = [];
  #cancelGathering: (() => void) | undefined;
  #startedMs: number | undefined;
  #lastCommandsMs = Number.NEGATIVE_INFINITY;
  #turns = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when a batch of the kind may begin. */
  async mine(kind: Kind): Promise<void> {
    const nowMs = this.#clock.monotonicMs();
    if (RANKS[kind] <= RANKS["task-board"]) this.#lastCommandsMs = nowMs;
    if (this.#gathers(kind)) {
      await new Promise<void>((begin) => this.#gathering.push({ kind, begin }));
    } else if (this.#startedMs === undefined) this.#start(nowMs);
    else if (this.#waiting.length > 0 || nowMs - this.#startedMs >= ROUND_MS) {
      await new Promise<void>((begin) => this.#waiting.push({ kind, begin }));
    }
  }

  /** In the middle of a batch of the kind: whether to ask `goOn` before more of it is done. Commands make room for nobody. */
  isOver(kind: Kind): boolean {
    const nowMs = this.#clock.monotonicMs();
    if (RANKS[kind] <= RANKS["task-board"] || nowMs - this.#lastCommandsMs > COMMANDS_RECENT_MS) return false;
    return this.#startedMs === undefined || nowMs - this.#startedMs >= ROUND_MS;
  }

  /** Resolves when a batch of the kind that has begun may go on. */
  async goOn(kind: Kind): Promise<void> {
    if (this.#startedMs === undefined) this.#start(this.#clock.monotonicMs());
    else if (this.#clock.monotonicMs() - this.#startedMs >= ROUND_MS) {
      await new Promise<void>((begin) => this.#waiting.push({ kind, begin, hasBegun: true }));
    }
  }

  /** Resolves when a partition of the kind may read on: what gathers does so in its streams, and costs nothing there. */
  async mayRead(kind: Kind): Promise<void> {
    if (this.#gathers(kind)) await new Promise<void>((begin) => this.#gathering.push({ kind, begin }));
  }

  /** After a batch: whether messages to itself are ready, which for a leader are the next piece of a long work. */
  ended(partition: Leader, hasMore: boolean): void {
    if (!LEADERS.has(partition.kind)) return;
    if (hasMore) {
      this.#leaders.add(partition);
      this.#cancelGathering ??= this.#clock.after(GATHER_MS_MAX, () => this.#follow());
    } else if (this.#leaders.delete(partition)) this.#letGo();
  }

  /** Until the next piece, if there is one: also when a partition is to be given up, so that nobody who goes waits. */
  gathered(): void {
    this.#leaders.clear();
    this.#letGo();
  }

  /** The work goes on: whoever has gathered longest has a turn, and then the next. */
  #follow(everyMs = GATHER_MS_MAX): void {
    const nextMs = Math.min(everyMs, GATHER_MS_MAX / Math.max(1, this.#gathering.length));
    this.#cancelGathering = this.#clock.after(nextMs, () => this.#follow(nextMs));
    this.#queue(this.#gathering.splice(0, 1));
  }

  /** Whoever follows from no long work any more waits like all others: all at once they would read for a tenth of a second. */
  #letGo(): void {
    if (this.#leaders.size === 0) {
      this.#cancelGathering?.();
      this.#cancelGathering = undefined;
    }
    const gathering = this.#gathering;
    this.#gathering = gathering.filter(({ kind }) => this.#gathers(kind));
    this.#queue(gathering.filter(({ kind }) => !this.#gathers(kind)));
  }

  #queue(released: readonly Waiting[]): void {
    this.#waiting.push(...released);
    if (this.#startedMs === undefined && this.#waiting.length > 0) this.#next();
  }

  #gathers(kind: Kind): boolean {
    for (const leader of this.#leaders) if (RANKS[kind] > RANKS[leader.kind]) return true;
    return false;
  }

  #start(nowMs: number): void {
    this.#startedMs = nowMs;
    this.#clock.soon(() => this.#next());
  }

  #next(): void {
    this.#startedMs = undefined;
    const next = this.#takeNext();
    if (next === undefined) return;
    this.#start(this.#clock.monotonicMs());
    next.begin();
  }

  #takeNext(): Waiting | undefined {
    this.#turns += 1;
    const ranks = this.#waiting.map(({ kind }) => RANKS[kind]);
    const isOldest = this.#turns % LONGEST_WAITING_EVERY === 0;
    const rank = isOldest ? ranks[0] : Math.min(...ranks);
    const begun = this.#waiting.findIndex(({ hasBegun }, index) => hasBegun && ranks[index] === rank);
    return this.#waiting.splice(begun >= 0 ? begun : Math.max(0, ranks.indexOf(rank ?? 0)), 1)[0];
  }
}
