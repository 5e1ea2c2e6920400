import { expect } from "chai";
import fc from "fast-check";
import { scheduler } from "../../../actors/scheduler/actor.ts";
import type { SchedulePerson, SchedulerEntity } from "../../../actors/scheduler/state.ts";
import { SchedulerState } from "../../../actors/scheduler/state.ts";
import type { BusinessDate } from "../../../schemas/business-date.ts";
import { nextDueMs } from "../../../schemas/cron.ts";
import type { Envelope } from "../../../schemas/envelope.ts";
import type { ScheduleId } from "../../../schemas/ids.ts";
import { minor } from "../../../schemas/money.ts";
import type { CatchUp, ScheduledWork, ScheduleResource } from "../../../schemas/resources.ts";
import { type Outcome, Scene } from "../../support/given.ts";
import { COMPANY, command, heard, NOON_MS, person, registered } from "../../support/said.ts";

const ADA = person("admin");
const BOB = person("admin");
const HOUR_MS = 3_600_000;

const TASK: ScheduledWork = { kind: "task", title: "Water the palm", jiraId: "PALM-1" };
const BONUS: ScheduledWork = {
  kind: "bonus",
  amountMinor: minor(500),
  reason: "A good month",
  roles: ["employee"],
};

type SchedulerScene = Scene<SchedulerEntity, SchedulerState>;

function scene(piecePeople?: number): SchedulerScene {
  const actor = { ...scheduler, newState: () => new SchedulerState(piecePeople) };
  return new Scene<SchedulerEntity, SchedulerState>(actor, {
    page: (saved, { after = "", limit }) =>
      saved
        .filter((each): each is SchedulePerson => "role" in each && each.id > after)
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, limit),
  });
}

function made(on: SchedulerScene, words: { cron?: string; catchUp?: CatchUp; work?: ScheduledWork } = {}) {
  const data = { name: "Palm", cron: "0 * * * *", catchUp: "all" as CatchUp, work: TASK, ...words };
  const { answers } = on.tell(command("schedule.create", data, ADA));
  return answers[0]?.body as ScheduleResource;
}

const change = (scheduleId: ScheduleId, words: object, by = ADA) =>
  command("schedule.change", { scheduleId, ...words }, by);

const sentBy = (outcomes: readonly Outcome<SchedulerEntity>[], topic?: string): Envelope[] =>
  outcomes
    .flatMap(({ sent }) => sent)
    .filter(({ to }) => topic === undefined || to.topic === topic)
    .map(({ envelope }) => JSON.parse(envelope) as Envelope);
const datesOf = (on: SchedulerScene) => [...on.saved.later.values()].map(({ dueAtMs }) => dueAtMs);

describe("schedules", () => {
  it("JOB-1 TT-3: a recurring task is the board's own command, in the name of who wrote it; the assignee is the board's draw", () => {
    const on = scene();
    made(on);
    on.nowMs = NOON_MS + HOUR_MS;
    const [order, ...others] = sentBy(on.settle());
    expect(others).to.deep.equal([]);
    expect(order).to.include({ type: "task.create", senderid: ADA.id, senderrole: "admin" });
    expect(order?.data).to.deep.equal({ title: "Water the palm", jiraId: "PALM-1" });
  });

  it("JOB-1: each due time fires once: nothing before it, once at it, and the next timer waits", () => {
    const on = scene();
    const { nextDueAt } = made(on);
    expect(Date.parse(nextDueAt ?? "")).to.equal(NOON_MS + HOUR_MS);
    on.nowMs = NOON_MS + HOUR_MS - 1;
    expect(on.settle()).to.deep.equal([]);
    on.nowMs += 1;
    expect(sentBy(on.settle())).to.have.length(1);
    expect(on.settle()).to.deep.equal([]);
    expect(datesOf(on)).to.deep.equal([NOON_MS + 2 * HOUR_MS]);
  });

  it("JOB-1: a crash before the commit loses neither the task nor the timer, and doubles neither", () => {
    const on = scene();
    made(on);
    on.nowMs = NOON_MS + HOUR_MS;
    const [row] = on.due();
    if (row === undefined) throw new Error("expected a timer");
    const lost = on.rehearseLater(row);
    const kept = on.tellDue();
    expect(kept?.sent).to.deep.equal(lost.sent);
    expect(kept?.later).to.deep.equal(lost.later);
    on.crash();
    expect(on.settle()).to.deep.equal([]);
    expect(datesOf(on)).to.deep.equal([NOON_MS + 2 * HOUR_MS]);
  });

  it("JOB-1: by policy, of hours that were missed none fires, the last one, or each in order", () => {
    const fires = (catchUp: CatchUp) => {
      const on = scene();
      made(on, { catchUp });
      on.nowMs = NOON_MS + 5.5 * HOUR_MS;
      const count = sentBy(on.settle()).length;
      return { count, next: datesOf(on).map((ms) => (ms - NOON_MS) / HOUR_MS) };
    };
    expect(fires("skip")).to.deep.equal({ count: 0, next: [6] });
    expect(fires("one")).to.deep.equal({ count: 1, next: [6] });
    expect(fires("all")).to.deep.equal({ count: 5, next: [6] });
  });

  it("JOB-1: a due time of `skip` that is met after a take-over is on time; one that is met late is missed", () => {
    for (const [late, count] of [
      [5 * 60_000, 1],
      [5 * 60_000 + 1, 0],
    ] as const) {
      const on = scene();
      made(on, { catchUp: "skip" });
      on.nowMs = NOON_MS + HOUR_MS + late;
      expect(sentBy(on.settle()), String(late)).to.have.length(count);
      expect(datesOf(on)).to.deep.equal([NOON_MS + 2 * HOUR_MS]);
    }
  });

  it("JOB-1: over any pauses of the process `all` fires every due time of the zone once, `one` no more than there are wake-ups", () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 30 * 60 }), { minLength: 1, maxLength: 6 });
    const crons = fc.constantFrom("30 2 * * *", "0 */3 * * *", "0 0,12 * * *", "15 1-3 * * *");
    fc.assert(
      fc.property(
        gaps,
        crons,
        fc.constantFrom("2026-03-27", "2026-10-23", "2026-06-10"),
        (minutes, cron, day) => {
          const beginMs = Date.parse(`${day}T12:00:00Z`);
          const [all, one] = [scene(), scene()];
          all.nowMs = one.nowMs = beginMs;
          made(all, { cron });
          made(one, { cron, catchUp: "one" });
          let [fired, wakes] = [0, 0];
          for (const gap of minutes) {
            all.nowMs = one.nowMs = all.nowMs + gap * 60_000;
            fired += sentBy(all.settle()).length;
            const woken = sentBy(one.settle()).length;
            expect(woken).to.be.below(2);
            wakes += woken;
          }
          let due = 0;
          const next = (ms: number) => nextDueMs(cron, COMPANY.timeZone, ms) ?? Number.POSITIVE_INFINITY;
          for (let at = next(beginMs); at <= all.nowMs; at = next(at)) due += 1;
          expect(fired).to.equal(due);
          expect(wakes).to.be.at.most(Math.min(due, minutes.length));
          expect(wakes > 0).to.equal(due > 0);
        },
      ),
      { numRuns: 15 },
    );
  });

  it("JOB-1: paused it is not due; what passes meanwhile is not missed; a timer of before is void", () => {
    const on = scene();
    const { id } = made(on);
    on.tell(change(id, { paused: true }));
    on.nowMs = NOON_MS + 3.5 * HOUR_MS;
    expect(sentBy(on.settle())).to.deep.equal([]);
    const { answers } = on.tell(change(id, { paused: false }));
    expect(answers[0]?.body).to.include({
      paused: false,
      nextDueAt: new Date(NOON_MS + 4 * HOUR_MS).toISOString(),
    });
    on.nowMs = NOON_MS + 4 * HOUR_MS;
    expect(sentBy(on.settle())).to.have.length(1);
  });

  it("JOB-1: run now does it once more, paused or not, and its due times stay", () => {
    const on = scene();
    const { id, nextDueAt } = made(on);
    const run = command("schedule.run", { scheduleId: id }, BOB);
    const ran = on.tell(run);
    expect(sentBy([ran])).to.have.length(1);
    expect(ran.answers[0]?.body).to.include({ nextDueAt, timesFired: 1 });
    const again = on.tellTogether(run);
    expect(sentBy([again]), "the same press").to.deep.equal([]);
    expect(datesOf(on)).to.deep.equal([NOON_MS + HOUR_MS]);
  });

  it("JOB-1: a removed schedule is due no more, and is not found", () => {
    const on = scene();
    const { id } = made(on);
    on.tell(command("schedule.remove", { scheduleId: id }, ADA));
    on.nowMs = NOON_MS + 5 * HOUR_MS;
    expect(sentBy(on.settle())).to.deep.equal([]);
    expect(on.tell(change(id, { paused: false })).answers[0]?.code).to.equal("schedule_not_found");
  });

  it("JOB-1: only admins have to do with schedules; a pattern that is none is refused with what was expected", () => {
    const on = scene();
    const data = { name: "Palm", cron: "0 0 30 2 *", catchUp: "all", work: TASK } as const;
    expect(on.tell(command("schedule.create", data, ADA)).answers[0]).to.include({
      code: "invalid_cron",
      detail: "no date ever fits it",
    });
    const manager = person("manager");
    expect(on.tell(command("schedule.create", data, manager)).answers[0]?.code).to.equal("not_allowed");
  });

  it("ACC-5: a schedule of bonuses begins paused, and who wrote it cannot let it go or run it; another admin can", () => {
    const on = scene();
    const { id, paused } = made(on, { work: BONUS });
    expect(paused).to.equal(true);
    expect(on.tell(change(id, { paused: false })).answers[0]?.code).to.equal("own_words");
    expect(on.tell(command("schedule.run", { scheduleId: id }, ADA)).answers[0]?.code).to.equal("own_words");
    expect(on.tell(change(id, { paused: false }, BOB)).answers[0]?.body.paused).to.equal(false);
    const raised = on.tell(change(id, { work: { ...BONUS, amountMinor: minor(900_000) } }, BOB));
    expect(raised.answers[0]?.body, "new words need new eyes").to.include({
      paused: true,
      writtenBy: BOB.id,
    });
    expect(on.tell(change(id, { paused: false }, BOB)).answers[0]?.code).to.equal("own_words");
    expect(on.tell(change(id, { name: "New name", paused: false }, ADA)).answers[0]?.code).to.equal(
      "own_words",
    );
  });

  it("JOB-1: a round of bonuses comes to every active person of its roles once, in pieces, over a crash", () => {
    const on = scene(3);
    const people = Array.from({ length: 10 }, () => person());
    const gone = people[3] ?? person();
    on.tell(...[...people, ADA, BOB, person("accountant")].map((each) => registered(each)));
    on.tell(heard("user.disabled", { userId: gone.id, occurredAt: new Date(NOON_MS).toISOString() }));
    const { id } = made(on, { work: BONUS, cron: "0 9 1 * *" });
    on.tell(change(id, { paused: false }, BOB));
    on.nowMs = Date.parse("2026-07-01T07:00:00Z");
    const outcomes: Outcome<SchedulerEntity>[] = [];
    for (let row = on.due()[0]; row !== undefined; row = on.due()[0]) {
      on.rehearseLater(row);
      outcomes.push(on.tellDue() as Outcome<SchedulerEntity>);
    }
    const grantedIn = (topic: string) =>
      sentBy(outcomes, topic).map(({ type, data }) => ({ type, ...data }) as Record<string, unknown>);
    const granted = grantedIn("schedules");
    expect(grantedIn("day"), "told to whoever hears of the whole company").to.deep.equal(granted);
    expect(granted.map(({ accountId }) => accountId)).to.have.members(
      people.filter((each) => each !== gone).map((each) => each.id),
    );
    expect(new Set(granted.map(({ bonusId }) => bonusId)).size).to.equal(9);
    for (const each of granted)
      expect(each).to.include({
        type: "bonus.granted",
        amountMinor: 500,
        reason: "A good month",
        by: ADA.id,
      });
    expect(Math.max(...outcomes.map((each) => sentBy([each], "schedules").length))).to.be.at.most(3);
  });

  it("PAY-4 DAY-6: the word that a month has ended waits for the seal of its last date, and is told to every partition once", () => {
    const on = scene();
    made(on, { work: { kind: "statement" }, cron: "0 6 1 * *" });
    on.nowMs = Date.parse("2026-07-01T04:00:00Z");
    expect(sentBy(on.settle())).to.deep.equal([]);
    on.tell(sealed("2026-06-29"));
    on.nowMs += 60_000;
    expect(sentBy(on.settle())).to.deep.equal([]);
    on.tell(sealed("2026-06-30"));
    on.nowMs += 60_000;
    const outcomes = on.settle();
    expect(outcomes.flatMap(({ sent }) => sent.map(({ to }) => to))).to.deep.equal([
      ...Array.from({ length: COMPANY.partitions }, (_, partition) => ({ topic: "schedules", partition })),
      { topic: "day", partition: 0 },
    ]);
    for (const { type, data } of sentBy(outcomes)) {
      expect(type).to.equal("month.ended");
      expect(data).to.include({ month: "2026-06" });
    }
    expect(on.settle()).to.deep.equal([]);
  });

  it("JOB-1: a missed month is caught up, each with its own month; before the company's first date there is none", () => {
    const on = scene();
    const { id } = made(on, { work: { kind: "statement" }, cron: "0 6 1 * *" });
    expect(sentBy([on.tell(command("schedule.run", { scheduleId: id }, ADA)), ...on.settle()])).to.deep.equal(
      [],
    );
    on.tell(sealed("2026-08-31"));
    on.nowMs = Date.parse("2026-09-01T12:00:00Z");
    const months = sentBy(on.settle()).map(({ data }) => (data as { month: string }).month);
    expect([...new Set(months)]).to.deep.equal(["2026-06", "2026-07", "2026-08"]);
  });
});

function sealed(businessDate: string): Envelope {
  return heard("day.closed", {
    businessDate: businessDate as BusinessDate,
    totals: { fees: 0, feesMinor: minor(0), rewards: 0, rewardsMinor: minor(0) },
    payouts: 0,
    payoutsMinor: minor(0),
    sealHash: "seal",
    occurredAt: new Date(NOON_MS).toISOString(),
  });
}
