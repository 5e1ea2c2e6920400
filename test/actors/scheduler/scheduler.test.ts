import { expect } from "chai";
import { scheduler } from "../../../actors/scheduler/actor.ts";
import { type BusinessDate, businessDateAt, endOfDateMs, plusDays } from "../../../schemas/business-date.ts";
import type { Company } from "../../../schemas/company.ts";
import type { Envelope } from "../../../schemas/envelope.ts";
import { given, type Outcome, Scene } from "../../support/given.ts";
import { COMPANY, FIRST_DATE, heard } from "../../support/said.ts";

const cutOff = (businessDate: BusinessDate) => heard("cutoff.reached", { businessDate });

const ordersOf = (...outcomes: readonly Outcome<unknown>[]): Envelope<"day.close">[] =>
  outcomes.flatMap(({ sent }) => sent.map(({ envelope }) => JSON.parse(envelope)));

const datesOf = (...outcomes: readonly Outcome<unknown>[]): string[] =>
  ordersOf(...outcomes).map(({ data }) => data.businessDate);

/** The timers of a scheduler that began with the company, fired until the moment. */
function firedUntil(nowMs: number, company: Company = COMPANY): Outcome<unknown>[] {
  const scene = new Scene(scheduler, { company, nowMs: endOfDateMs(company.firstDate, company) });
  const first = scene.tell(cutOff(company.firstDate));
  scene.nowMs = nowMs;
  return [first, ...scene.settle()];
}

describe("the scheduler", () => {
  it("DAY-2: at the cut-off of a date it sends the board the command to close it", () => {
    given(scheduler)
      .when(cutOff(FIRST_DATE))
      .then((outcome) => {
        const [order] = ordersOf(outcome);
        expect(outcome.sent[0]?.to).to.deep.equal({ topic: "task-board", partition: 0 });
        expect(order).to.include({ type: "day.close" });
        expect(order?.data).to.deep.equal({ businessDate: FIRST_DATE });
        expect(order).to.not.have.any.keys("senderid", "senderrole");
      });
  });

  it("JOB-1: sets one next timer, at the cut-off of the next date", () => {
    given(scheduler)
      .when(cutOff(FIRST_DATE))
      .then(({ later }) => {
        expect(later).to.have.length(1);
        expect(later[0]?.dueAtMs).to.equal(endOfDateMs(plusDays(FIRST_DATE, 1), COMPANY));
        expect(JSON.parse(later[0]?.envelope ?? "").data).to.deep.equal({
          businessDate: plusDays(FIRST_DATE, 1),
        });
      });
  });

  it("JOB-1 DAY-2: each cut-off fires once: nothing before it, once at it", () => {
    const scene = new Scene(scheduler, { nowMs: endOfDateMs(FIRST_DATE, COMPANY) });
    scene.tell(cutOff(FIRST_DATE));
    scene.nowMs = endOfDateMs(plusDays(FIRST_DATE, 1), COMPANY) - 1;
    expect(scene.settle()).to.deep.equal([]);
    scene.nowMs += 1;
    expect(datesOf(...scene.settle())).to.deep.equal([plusDays(FIRST_DATE, 1)]);
    expect(scene.settle()).to.deep.equal([]);
  });

  it("DAY-2: after days of standing still every missed date is closed, in order, and one timer waits", () => {
    const nowMs = endOfDateMs(plusDays(FIRST_DATE, 9), COMPANY) + 5_000;
    expect(datesOf(...firedUntil(nowMs))).to.deep.equal(
      Array.from({ length: 10 }, (_, i) => plusDays(FIRST_DATE, i)),
    );
  });

  it("DAY-5: a crash before the commit loses neither the command nor the timer, and doubles neither", () => {
    const scene = new Scene(scheduler, { nowMs: endOfDateMs(FIRST_DATE, COMPANY) });
    const message = cutOff(FIRST_DATE);
    const lost = scene.rehearse(message);
    const kept = scene.tell(message);
    expect(kept.sent).to.deep.equal(lost.sent);
    expect(kept.later).to.deep.equal(lost.later);
    scene.crash();
    expect(scene.saved.later.size).to.equal(1);
  });

  it("DAY-1: over daylight saving every date has its cut-off, by the wall clock", () => {
    const company = { ...COMPANY, firstDate: "2026-03-27" as BusinessDate };
    const outcomes = firedUntil(Date.parse("2026-11-01T00:00:00Z"), company);
    const dates = datesOf(...outcomes);
    expect(dates).to.deep.equal(dates.map((_, i) => plusDays(company.firstDate, i)));
    const hours = outcomes.map(({ later }, i) => {
      const end = endOfDateMs(plusDays(company.firstDate, i), company);
      return ((later[0]?.dueAtMs ?? 0) - end) / 3_600_000;
    });
    const odd = hours.flatMap((each, i) => (each === 24 ? [] : [[dates[i + 1] ?? "next", each]]));
    expect(odd).to.deep.equal([
      ["2026-03-29", 23],
      ["2026-10-25", 25],
    ]);
  });

  it("DAY-1: in a zone that leaps over midnight, and with any cut-off, dates follow each other without a gap", () => {
    for (const [timeZone, cutOffTime] of [
      ["Africa/Cairo", "00:00"],
      ["America/Santiago", "00:00"],
      ["Australia/Lord_Howe", "02:15"],
      ["Asia/Kathmandu", "18:30"],
      ["UTC", "23:59"],
    ] as const) {
      const calendar = { timeZone, cutOff: cutOffTime };
      let date = "2026-01-01" as BusinessDate;
      for (let i = 0; i < 366; i++, date = plusDays(date, 1)) {
        const endMs = endOfDateMs(date, calendar);
        expect(businessDateAt(endMs - 1, calendar), `${timeZone} ${date}`).to.equal(date);
        expect(businessDateAt(endMs, calendar), `${timeZone} ${date}`).to.equal(plusDays(date, 1));
      }
    }
  });
});
