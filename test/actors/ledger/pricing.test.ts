import { expect } from "chai";
import { drawPrices, type Prices } from "../../../actors/ledger/pricing.ts";
import { contextOf } from "../../../actors/runtime/context.ts";
import { taskBoard } from "../../../actors/task-board/actor.ts";
import type { Company, PriceRange } from "../../../schemas/company.ts";
import { derivedUuid, type TaskId } from "../../../schemas/ids.ts";
import { minor } from "../../../schemas/money.ts";
import { chiSquare } from "../../support/chi-square.ts";
import { Scene } from "../../support/given.ts";
import { COMPANY, command, NOON_MS, nextId, person, registered } from "../../support/said.ts";

const DRAWS = 40_000;

function contextWith(company: Company) {
  const message = { id: nextId(), time: new Date(NOON_MS).toISOString() };
  return contextOf(message, "", { nowMs: NOON_MS, company, partition: 0, kind: "task-board" });
}

function pricesOf(company: Company, count: number): Prices[] {
  const context = contextWith(company);
  return Array.from({ length: count }, (_, i) =>
    drawPrices(derivedUuid(NOON_MS, "price", i) as TaskId, context),
  );
}

const range = (from: number, to: number, step = 1): PriceRange => ({
  fromMinor: minor(from),
  toMinor: minor(to),
  stepMinor: minor(step),
});

const withRange = (fee: PriceRange): Company => ({ ...COMPANY, fee });

function correlation(pairs: readonly Prices[]): number {
  const mean = (pick: (prices: Prices) => number) =>
    pairs.reduce((sum, each) => sum + pick(each), 0) / pairs.length;
  const [fee, reward] = [mean((each) => each.feeMinor), mean((each) => each.rewardMinor)];
  const both = mean((each) => (each.feeMinor - fee) * (each.rewardMinor - reward));
  const fees = mean((each) => (each.feeMinor - fee) ** 2);
  const rewards = mean((each) => (each.rewardMinor - reward) ** 2);
  return both / Math.sqrt(fees * rewards);
}

describe("prices", () => {
  const drawn = pricesOf(COMPANY, DRAWS);
  const fees = drawn.map(({ feeMinor }) => feeMinor);
  const rewards = drawn.map(({ rewardMinor }) => rewardMinor);

  it("ACC-1: every whole fee of 10..20 and reward of 20..40 is drawn, the bounds too, and no other", () => {
    expect([...new Set(fees)].sort()).to.deep.equal(Array.from({ length: 11 }, (_, i) => 10 + i));
    expect([...new Set(rewards)].sort()).to.deep.equal(Array.from({ length: 21 }, (_, i) => 20 + i));
  });

  it("ACC-1: fees are uniform", () => {
    const { statistic, limit } = chiSquare(fees, 11);
    expect(statistic).to.be.below(limit);
  });

  it("ACC-1: rewards are uniform", () => {
    const { statistic, limit } = chiSquare(rewards, 21);
    expect(statistic).to.be.below(limit);
  });

  it("ACC-1: the two draws are independent: no correlation, and every pair as likely as any other", () => {
    expect(Math.abs(correlation(drawn))).to.be.below(5 / Math.sqrt(DRAWS)); // five standard deviations
    const pairs = chiSquare(
      drawn.map(({ feeMinor, rewardMinor }) => `${feeMinor} ${rewardMinor}`),
      11 * 21,
    );
    expect(pairs.statistic).to.be.below(pairs.limit);
  });

  it("ACC-1: with equal ranges fee and reward are still two draws", () => {
    const same = pricesOf({ ...COMPANY, fee: COMPANY.reward }, 1_000);
    const equal = same.filter(({ feeMinor, rewardMinor }) => feeMinor === rewardMinor).length;
    expect(equal).to.be.within(10, 100); // one in 21, not all
  });

  it("ACC-1: the same task has the same prices for every message, partition, time and trace", () => {
    const taskId = nextId() as TaskId;
    const first = drawPrices(taskId, contextWith(COMPANY));
    for (let i = 0; i < 50; i++) expect(drawPrices(taskId, contextWith(COMPANY))).to.deep.equal(first);
  });

  it("ACC-1: another installation's secret draws other prices", () => {
    const [ours, theirs] = [COMPANY, { ...COMPANY, secret: "another" }].map((company) =>
      pricesOf(company, 200).map(({ rewardMinor }) => rewardMinor),
    );
    expect(ours).to.not.deep.equal(theirs);
  });

  it("ACC-1: ranges are configuration: one value, steps, one minor unit, large sums", () => {
    const drawnFees = (of: PriceRange) =>
      new Set(pricesOf(withRange(of), 500).map(({ feeMinor }) => feeMinor as number));
    expect([...drawnFees(range(15, 15))]).to.deep.equal([15]);
    expect([...drawnFees(range(1_000, 2_000, 500))].sort()).to.deep.equal([1_000, 1_500, 2_000]);
    expect([...drawnFees(range(1, 2))].sort()).to.deep.equal([1, 2]);
    for (const fee of drawnFees(range(1, 2 ** 40))) expect(fee).to.be.within(1, 2 ** 40);
  });

  it("ACC-1 G7: a creation that is decided again after a crash has the same task, prices and assignee", () => {
    const scene = new Scene(taskBoard);
    const popugs = [person(), person(), person()];
    scene.tell(...popugs.map((each) => registered(each)));
    const message = command("task.create", { title: "Feed the parrots" }, person());
    const lost = scene.rehearse(message);
    scene.nowMs += 60_000; // it is decided later, on another host
    const { facts } = scene.tell(message);
    const said = (outcome: { facts: readonly { data: object }[] }) =>
      outcome.facts.map(({ data }) => ({ ...data, occurredAt: undefined }));
    expect(said({ facts })).to.deep.equal(said(lost));
  });
});
