import { expect } from "chai";
import type { Board } from "../../../actors/task-board/state.ts";
import { type BusinessDate, endOfDateMs, nextDate, plusDays } from "../../../schemas/business-date.ts";
import type { DayEndedV2 } from "../../../schemas/generated/messages.ts";
import { partitionOf } from "../../../streams/partition.ts";
import type { Sender } from "../../support/client.ts";
import { COMPANY, command, FIRST_DATE, heard, person } from "../../support/said.ts";
import {
  act,
  assigneeOf,
  type BoardOutcome,
  type BoardScene,
  boardOf,
  create,
  outcomeOf,
  people,
} from "./board.ts";

const accountant = person("accountant");
const boardIn = (scene: BoardScene): Board => scene.saved.rows.get("board") as Board;
const close = (businessDate: BusinessDate, by: Sender = accountant) =>
  command("day.close", { businessDate }, by);

function barriers({ facts }: BoardOutcome): { to: string; data: DayEndedV2 }[] {
  return facts.flatMap((fact) =>
    fact.type === "day.ended" ? [{ to: `${fact.topic}/${fact.toPartition}`, data: fact.data }] : [],
  );
}

describe("the board's day", () => {
  it("DAY-1: every fact carries the board's business date", () => {
    const popug = person();
    const scene = boardOf([popug]);
    const task = create(scene, popug);
    const { facts } = act(scene, "task.complete", task.id, popug);
    expect(facts[0]?.data).to.include({ businessDate: FIRST_DATE });
    scene.nowMs = endOfDateMs(FIRST_DATE, COMPANY);
    const { facts: next } = scene.tell(command("task.create", { title: "Late" }, popug));
    expect(next.at(-1)?.data).to.include({ businessDate: nextDate(FIRST_DATE) });
  });

  it("DAY-1 DAY-3: a message after the cut-off finds the date ended: the barriers come before its facts", () => {
    const scene = boardOf([person()]);
    scene.nowMs = endOfDateMs(FIRST_DATE, COMPANY) - 1;
    expect(barriers(scene.tell(command("task.create", { title: "In time" }, accountant)))).to.deep.equal([]);
    scene.nowMs += 1;
    const outcome = scene.tell(command("task.create", { title: "Late" }, accountant));
    expect(outcome.facts.map(({ type }) => type)).to.deep.equal([
      "day.ended",
      "day.ended",
      "day.ended",
      "task.created",
      "task.assigned",
    ]);
    const channels = new Set(outcome.sent.map(({ to }) => `${to.topic}/${to.partition}`));
    for (const channel of channels) {
      const there = outcome.sent.filter(({ to }) => `${to.topic}/${to.partition}` === channel);
      expect(JSON.parse(there[0]?.envelope ?? "").type).to.equal("day.ended");
      expect(there.map(({ sequence }) => sequence)).to.deep.equal(
        there.map((row) => row.sequence).sort((a, b) => a - b),
      );
    }
  });

  it("DAY-1: even a message that is refused, or changes nothing, finds the date ended", () => {
    const scene = boardOf([person()]);
    scene.nowMs = endOfDateMs(FIRST_DATE, COMPANY);
    expect(barriers(scene.tell(command("tasks.shuffle", {}, person())))).to.have.length(3);
  });

  it("DAY-2: several missed days end one after another, in order, before the next fact", () => {
    const scene = boardOf([person()]);
    create(scene, accountant);
    scene.nowMs = endOfDateMs(plusDays(FIRST_DATE, 3), COMPANY);
    const outcome = scene.tell(command("task.create", { title: "After the holidays" }, accountant));
    const dates = barriers(outcome)
      .filter(({ to }) => to === "day/0")
      .map(({ data }) => data.businessDate);
    expect(dates).to.deep.equal([0, 1, 2, 3].map((days) => plusDays(FIRST_DATE, days)));
    const totals = barriers(outcome)
      .filter(({ to }) => to === "day/0")
      .map(({ data }) => data.totals.fees);
    expect(totals).to.deep.equal([1, 0, 0, 0]);
    expect(boardIn(scene).businessDate).to.equal(plusDays(FIRST_DATE, 4));
    expect(outcome.facts.at(-1)?.data).to.include({ businessDate: plusDays(FIRST_DATE, 4) });
  });

  it("DAY-2: the business date only moves forward, whatever the clock says", () => {
    const scene = boardOf([person()]);
    scene.nowMs = endOfDateMs(FIRST_DATE, COMPANY);
    create(scene, accountant);
    scene.nowMs -= 3_600_000;
    scene.crash();
    const { facts } = scene.tell(command("task.create", { title: "The clock went back" }, accountant));
    expect(facts.map(({ type }) => type)).to.deep.equal(["task.created", "task.assigned"]);
    expect(facts[0]?.data).to.include({ businessDate: nextDate(FIRST_DATE) });
  });

  it("DAY-1: over daylight saving the dates end by the wall clock: days of 23 and 25 hours", () => {
    for (const [date, hours] of [
      ["2026-03-29", 23],
      ["2026-10-25", 25],
    ] as const) {
      const businessDate = date as BusinessDate;
      const company = { ...COMPANY, firstDate: businessDate };
      const startMs = endOfDateMs(plusDays(businessDate, -1), company);
      const scene = boardOf([person()], { company, nowMs: startMs });
      scene.nowMs = startMs + hours * 3_600_000 - 1;
      create(scene, accountant);
      expect(boardIn(scene).businessDate).to.equal(businessDate);
      scene.nowMs += 1;
      create(scene, accountant);
      expect(boardIn(scene).businessDate).to.equal(nextDate(businessDate));
    }
  });

  it("DAY-1: a cut-off that the clock leaps over ends the date where the clock lands; one it meets twice ends it once", () => {
    const company = { ...COMPANY, cutOff: "02:30" };
    const spring = endOfDateMs("2026-03-29" as BusinessDate, company);
    const autumn = endOfDateMs("2026-10-25" as BusinessDate, company);
    expect(new Date(spring).toISOString()).to.equal("2026-03-29T01:30:00.000Z");
    expect(new Date(autumn).toISOString()).to.equal("2026-10-25T00:30:00.000Z");
    const firstDate = "2026-10-25" as BusinessDate;
    const scene = boardOf([person()], { company: { ...company, firstDate }, nowMs: autumn - 1 });
    create(scene, accountant);
    scene.nowMs = autumn;
    create(scene, accountant);
    scene.nowMs = autumn + 3_600_000; // 02:30 again
    create(scene, accountant);
    expect(boardIn(scene).businessDate).to.equal(nextDate(firstDate));
  });

  it("DAY-2: accountants and admins close by hand; managers and employees do not", () => {
    for (const role of ["accountant", "admin", "manager", "employee"] as const) {
      const scene = boardOf([]);
      const outcome = scene.tell(close(FIRST_DATE, person(role)));
      const may = role === "accountant" || role === "admin";
      expect(outcomeOf(outcome), role).to.equal(may ? "accepted" : "not_allowed");
      expect(barriers(outcome)).to.have.length(may ? 3 : 0);
    }
  });

  it("DAY-2 DAY-5: the scheduler's close of a date that was closed by hand changes nothing", () => {
    const scene = boardOf([]);
    scene.tell(close(FIRST_DATE));
    scene.nowMs = endOfDateMs(FIRST_DATE, COMPANY);
    const outcome = scene.tell(heard("day.close", { businessDate: FIRST_DATE }, "/ates/scheduler/0"));
    expect([outcome.facts, outcome.changed]).to.deep.equal([[], []]);
    expect(boardIn(scene).businessDate).to.equal(nextDate(FIRST_DATE));
  });

  it("DAY-5: closing twice, by two people, ends the date once", () => {
    const scene = boardOf([]);
    const first = scene.tell(close(FIRST_DATE));
    const second = scene.tell(close(FIRST_DATE, person("admin")));
    expect(first.answers[0]?.body).to.deep.equal({ businessDate: FIRST_DATE, state: "closing" });
    expect(second.answers[0]?.body).to.deep.equal({ businessDate: FIRST_DATE, state: "closing" });
    expect([barriers(first).length, barriers(second).length]).to.deep.equal([3, 0]);
  });

  it("DAY-2: a future date is refused with the date that is open", () => {
    const answer = boardOf([]).tell(close(nextDate(FIRST_DATE))).answers[0];
    expect(answer).to.include({ accepted: false, code: "day_not_started" });
    expect(answer?.detail).to.include(FIRST_DATE);
  });

  it("DAY-2: a date before the company's first one is never closing: it was never open", () => {
    const answer = boardOf([]).tell(close(plusDays(FIRST_DATE, -1))).answers[0];
    expect(answer).to.include({ accepted: false, code: "day_not_started" });
    expect(answer?.detail).to.include(FIRST_DATE);
  });

  it("DAY-4: each barrier holds the control totals of its partition, the day's the whole; the next date starts at none", () => {
    const popugs = people(6);
    const scene = boardOf(popugs);
    const tasks = Array.from({ length: 30 }, () => create(scene, accountant));
    for (const task of tasks.slice(0, 10)) act(scene, "task.complete", task.id, assigneeOf(task, popugs));
    scene.crash();
    const ended = barriers(scene.tell(close(FIRST_DATE)));
    const totalsOf = (of: (partition: number) => boolean) => {
      const mine = tasks.filter((task) => of(partitionOf(task.assignee.id, COMPANY.partitions)));
      const done = mine.filter((task) => tasks.indexOf(task) < 10);
      const fees = mine.reduce((sum, { feeMinor }) => sum + feeMinor, 0);
      const rewards = done.reduce((sum, { rewardMinor }) => sum + rewardMinor, 0);
      return { fees: mine.length, feesMinor: fees, rewards: done.length, rewardsMinor: rewards };
    };
    expect(ended.map(({ to, data }) => [to, data.totals])).to.deep.equal([
      ["tasks/0", totalsOf((partition) => partition === 0)],
      ["tasks/1", totalsOf((partition) => partition === 1)],
      ["day/0", totalsOf(() => true)],
    ]);
    for (const { data } of barriers(scene.tell(close(nextDate(FIRST_DATE)))))
      expect(data.totals.fees).to.equal(0);
  });
});
