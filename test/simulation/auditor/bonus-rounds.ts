/**
 * Rounds of bonuses (JOB-1): piece by piece, each person who is active and has one of the roles gets one, once a round.
 * People who come or change in the very commit of a piece may get it or not.
 */
import type { SchedulePerson } from "../../../actors/scheduler/state.ts";
import type { Commit } from "../store/database.ts";
import { AgendaBook, type Planned } from "./agenda-book.ts";
import type { ByHandBooks } from "./by-hand-books.ts";
import { demand } from "./demand.ts";

type Piece = Planned<"bonus.continue">;
type People = ReadonlyMap<string, SchedulePerson>;

export class BonusRounds {
  readonly #byHand: ByHandBooks;
  readonly #pieces = new AgendaBook("bonus.continue");
  #people: People = new Map();

  constructor(byHand: ByHandBooks) {
    this.#byHand = byHand;
  }

  /** A commit of the scheduler. Answers the rounds that begin in it, by their schedules. */
  hear({ writes }: Commit): readonly string[] {
    const before = this.#people;
    const changed = writes.changed as readonly SchedulePerson[];
    this.#people = new Map([
      ...before,
      ...changed.flatMap((each) => ("role" in each ? [[each.id, each] as const] : [])),
    ]);
    const { set, handled } = this.#pieces.hear(writes);
    const granted = new Map<string, number>();
    const grants: (() => void)[] = [];
    for (const { fact } of writes.facts) {
      if (fact.type !== "bonus.granted" || fact.toPartition !== undefined) continue; // for webhooks
      const { bonusId, scheduleId, accountId, amountMinor, reason } = fact.data;
      const key = `${scheduleId} ${accountId}`;
      granted.set(key, (granted.get(key) ?? 0) + 1);
      grants.push(() => this.#byHand.granted(bonusId, accountId, amountMinor, reason));
    }
    this.#judge(handled, set, granted, before);
    for (const grant of grants) grant();
    return set.flatMap(({ data }) => (data.after === undefined ? [data.scheduleId] : []));
  }

  open(): string | undefined {
    const [piece] = this.#pieces.waiting;
    return piece === undefined ? undefined : `a round of bonuses of ${piece.data.scheduleId} goes on`;
  }

  #judge(
    handled: readonly Piece[],
    set: readonly Piece[],
    granted: ReadonlyMap<string, number>,
    before: People,
  ): void {
    const [least, most] = [new Map<string, number>(), new Map<string, number>()];
    for (const piece of handled) {
      const until = set.find(({ causeId }) => causeId === piece.id)?.data.after;
      for (const [id, person] of this.#people) {
        if (id <= (piece.data.after ?? "") || (until !== undefined && id > until)) continue;
        const isNow = isEntitled(piece, person);
        const known = before.get(id);
        const wasBefore = known !== undefined && isEntitled(piece, known);
        const key = `${piece.data.scheduleId} ${id}`;
        if (isNow && wasBefore) least.set(key, (least.get(key) ?? 0) + 1);
        if (isNow || wasBefore) most.set(key, (most.get(key) ?? 0) + 1);
      }
    }
    for (const key of new Set([...granted.keys(), ...least.keys()])) {
      const times = granted.get(key) ?? 0;
      const isDue = times >= (least.get(key) ?? 0) && times <= (most.get(key) ?? 0);
      demand(isDue, "JOB-1", () => `${times} bonuses of a piece go to ${key}, due are ${most.get(key) ?? 0}`);
    }
  }
}

function isEntitled({ data: { work } }: Piece, { active, role }: SchedulePerson): boolean {
  return active && work.roles.includes(role);
}
