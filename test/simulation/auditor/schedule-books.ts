/**
 * Schedules (JOB-1): each due time fires once, whatever host it falls to; what was missed is caught up as the policy
 * says; a schedule that is changed, paused or removed is not due by what it was before. Due times are of a calendar of
 * the auditor's own (due-times.ts).
 */
import type { Schedule } from "../../../actors/scheduler/state.ts";
import type { Company } from "../../../schemas/company.ts";
import type { Commit } from "../store/database.ts";
import { AgendaBook } from "./agenda-book.ts";
import { BonusRounds } from "./bonus-rounds.ts";
import type { ByHandBooks } from "./by-hand-books.ts";
import { demand } from "./demand.ts";
import { dueAfter, dueWithin } from "./due-times.ts";

/** JOB-1: what comes later than this is missed under `skip`. */
const LATE_MS = 5 * 60_000;
/** Hosts' clocks are off by as much. */
const SKEW_MS = 5_000;
/** Timers look at the clock every five seconds, and hosts fall behind. */
const OVERDUE_MS = 20_000;

export class ScheduleBooks {
  readonly #zone: string;
  readonly #schedules = new Map<string, Schedule>();
  readonly #timers = new AgendaBook("schedule.due");
  readonly #months = new AgendaBook("month.end");
  readonly #rounds: BonusRounds;
  /** Title of what a schedule has asked of the board → how often; and how often it came about. */
  readonly #asked = new Map<string, number>();
  readonly #created = new Map<string, number>();
  #couldRefuse = false;
  #eligible = 0;

  constructor({ timeZone }: Company, byHand: ByHandBooks) {
    this.#zone = timeZone;
    this.#rounds = new BonusRounds(byHand);
  }

  /** A commit of the scheduler. */
  hear(commit: Commit): void {
    const { writes, wallMs } = commit;
    const { handled } = this.#timers.hear(writes);
    const rounds = this.#rounds.hear(commit);
    const months = this.#months.hear(writes);
    const orders = ordersOf(commit);
    for (const title of orders.map(({ title }) => title))
      this.#asked.set(title, this.#count(this.#asked, title) + 1);
    // A month that is not sealed yet is looked at again: that is no firing.
    const again = new Set(months.handled.map(({ id }) => id));
    const effects = [
      ...orders.map(({ scheduleId }) => scheduleId),
      ...rounds,
      ...months.set.filter(({ causeId }) => !again.has(causeId)).map(() => "month"),
    ];
    for (const entity of writes.changed as readonly Schedule[]) {
      if (!("cron" in entity)) continue;
      const before = this.#schedules.get(entity.id);
      const due = handled.filter(
        ({ data }) => data.scheduleId === entity.id && data.revision === before?.revision,
      );
      const runs = writes.commands.filter(
        ({ type, accepted, body }) =>
          type === "schedule.run" && accepted && (body as Named)?.id === entity.id,
      ).length;
      this.#schedules.set(entity.id, entity);
      this.#judge({
        before,
        after: entity,
        dueMs: due.map(({ data }) => Date.parse(data.dueAt)),
        runs,
        wallMs,
      });
      this.#hasEffects(entity, before, effects);
      this.#hasTimer(entity);
    }
  }

  /** A commit of the board, which gives tasks to so many: what a schedule asked for comes about at most as often. */
  hearBoard({ writes }: Commit, eligible: number): void {
    // In the middle of a batch there may be nobody, or nobody yet; then the board refuses.
    if (this.#asked.size > 0 && Math.min(eligible, this.#eligible) < 2) this.#couldRefuse = true;
    this.#eligible = eligible;
    for (const { fact } of writes.facts) {
      if (fact.type !== "task.created" || !fact.data.title.startsWith("Chore ")) continue;
      const { title } = fact.data;
      this.#created.set(title, this.#count(this.#created, title) + 1);
      const [made, asked] = [this.#count(this.#created, title), this.#count(this.#asked, title)];
      demand(made <= asked, "JOB-1", () => `"${title}" is there ${made} times, and was due ${asked} times`);
    }
  }

  open(wallMs: number): string | undefined {
    for (const { name, nextDueAt } of this.#schedules.values())
      if (nextDueAt !== undefined && Date.parse(nextDueAt) + OVERDUE_MS < wallMs)
        return `${name} was due at ${nextDueAt} and has not fired`;
    for (const [title, asked] of this.#couldRefuse ? [] : this.#asked)
      if (this.#count(this.#created, title) < asked) return `"${title}" was due and is not there`;
    const [month] = this.#months.waiting;
    return this.#rounds.open() ?? (month && `the statements of ${month.data.month} are not begun`);
  }

  #count(counts: ReadonlyMap<string, number>, title: string): number {
    return counts.get(title) ?? 0;
  }

  #judge({ before, after, dueMs, runs, wallMs }: Step): void {
    const { name, cron, catchUp, revision, nextDueAt, isPaused, isRemoved } = after;
    const fires = after.timesFired - (before?.timesFired ?? 0) - runs;
    const nextMs = nextDueAt === undefined ? undefined : Date.parse(nextDueAt);
    const isSilent = isPaused || isRemoved;
    demand(
      !isSilent || nextMs === undefined,
      "JOB-1",
      () => `${name} is paused or removed, and due at ${nextDueAt}`,
    );
    demand(dueMs.length <= 1, "JOB-1", () => `${name} has ${dueMs.length} timers of one revision`);
    if (revision !== before?.revision) {
      // Changed, or both in one commit: then it may have fired before it was changed.
      demand(
        fires >= 0 && fires <= dueMs.length,
        "JOB-1",
        () => `${name} fires ${fires} times while it is changed`,
      );
      if (nextMs === undefined) return;
      const laterMs = dueAfter(cron, this.#zone, wallMs + SKEW_MS);
      const isDue = dueAfter(cron, this.#zone, nextMs - 1) === nextMs && nextMs <= laterMs;
      demand(isDue, "JOB-1", () => `${name}, "${cron}", is set for ${nextDueAt}`);
      return;
    }
    const [due] = dueMs;
    if (due === undefined) {
      const isQuiet = fires === 0 && nextDueAt === before.nextDueAt;
      demand(isQuiet, "JOB-1", () => `${name} fires ${fires} times and is not due, next at ${nextDueAt}`);
      return;
    }
    const expected = this.#expected(after, due, fires, wallMs);
    demand(
      expected.fires === fires,
      "JOB-1",
      () => `${name} (${catchUp}), due at ${text(due)}, fires ${fires} times`,
    );
    const isNext = nextMs !== undefined && expected.isNext(nextMs);
    demand(isNext, "JOB-1", () => `${name} (${catchUp}), due at ${text(due)}, is due again at ${nextDueAt}`);
  }

  /** What a due time that has come must make of a schedule that was not changed. */
  #expected(
    { cron, catchUp, lastFiredAt = "" }: Schedule,
    dueMs: number,
    fires: number,
    wallMs: number,
  ): Expected {
    const after = (ms: number) => dueAfter(cron, this.#zone, ms);
    const firedMs = Date.parse(lastFiredAt);
    const isEarly = fires > 0 && firedMs < dueMs;
    if (isEarly) return { fires: 0, isNext: () => false };
    if (catchUp === "all") return { fires: 1, isNext: (nextMs) => nextMs === after(dueMs) };
    if (catchUp === "one")
      return { fires: 1, isNext: (nextMs) => nextMs === after(Math.max(firedMs, dueMs)) };
    if (fires > 0) {
      const isInTime = firedMs - dueMs <= LATE_MS;
      return { fires: isInTime ? 1 : 0, isNext: (nextMs) => nextMs === after(dueMs) };
    }
    const missedMs = wallMs + SKEW_MS - LATE_MS;
    const isMissed = (nextMs: number) =>
      after(nextMs - 1) === nextMs &&
      dueWithin(cron, this.#zone, dueMs - 1, nextMs - 1).every((each) => each <= missedMs);
    return { fires: dueMs <= missedMs ? 0 : 1, isNext: isMissed };
  }

  #hasEffects(schedule: Schedule, before: Schedule | undefined, effects: readonly string[]): void {
    const own = schedule.work.kind === "statement" ? "month" : schedule.id;
    if (own === "month" && this.#statements > 1) return; // whose month it is, nobody can tell
    const fires = schedule.timesFired - (before?.timesFired ?? 0);
    const count = effects.filter((each) => each === own).length;
    demand(
      count === fires,
      "JOB-1",
      () => `${schedule.name} has fired ${fires} times, and done ${count} times what it does`,
    );
  }

  get #statements(): number {
    return [...this.#schedules.values()].filter(({ work }) => work.kind === "statement").length;
  }

  #hasTimer({ id, name, revision, nextDueAt }: Schedule): void {
    const timers = this.#timers.waiting.filter(
      ({ data }) => data.scheduleId === id && data.revision === revision,
    );
    const isSet =
      nextDueAt === undefined
        ? timers.length === 0
        : timers.length === 1 && timers[0]?.data.dueAt === nextDueAt;
    demand(isSet, "JOB-1", () => `${name} is due at ${nextDueAt}, and has ${timers.length} timers`);
  }
}

interface Named {
  readonly id?: string;
}

interface Step {
  readonly before: Schedule | undefined;
  readonly after: Schedule;
  /** Due times of the revision before that have come in the commit. */
  readonly dueMs: readonly number[];
  readonly runs: number;
  readonly wallMs: number;
}

interface Expected {
  readonly fires: number;
  readonly isNext: (nextMs: number) => boolean;
}

const text = (ms: number): string => new Date(ms).toISOString();

/** Tasks that schedules ask of the board in the commit. */
function ordersOf({ writes }: Commit): { readonly scheduleId: string; readonly title: string }[] {
  return writes.outbox.flatMap(({ to, envelope }) => {
    if (to.topic !== "task-board" || !envelope.includes("task.create")) return [];
    const { subject, data } = JSON.parse(envelope) as { subject: string; data: { title: string } };
    return [{ scheduleId: subject.slice("schedule/".length), title: data.title }];
  });
}
