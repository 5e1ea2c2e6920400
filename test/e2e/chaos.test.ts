/** A small chaos run: what `npm run chaos` does for minutes, for half a minute. */
import { expect } from "chai";
import { runChaos } from "../chaos/chaos.ts";
import { printed, type Report } from "../chaos/report.ts";

const FAULTS_MIN = 20;

describe("chaos, on real processes and real servers", function () {
  this.timeout(180_000);
  let report: Report;

  before(async () => {
    report = await runChaos({
      seed: 20_261_121,
      durationMs: 16_000,
      faultsMin: FAULTS_MIN,
      copies: 2,
      partitions: 4,
      employees: 6,
      hands: 4,
      roundsAlone: 0,
      closesAtOnce: 20,
      siegeKills: 4,
      haste: 3,
      quietMsMax: 90_000,
      say: () => undefined,
      keep: false,
    });
  });

  it("G1..G6 EDGE-2 EDGE-4 OPS-2: nothing answered is lost, nothing is doubled, every balance is right", () => {
    expect(report.violations, printed(report)).to.deep.equal([]);
    expect(report.comparisons).to.be.above(200);
    expect(report.checks).to.be.above(30);
  });

  it("has hurt processes, links, servers and the world around", () => {
    expect(report.faults.length).to.be.at.least(FAULTS_MIN);
    expect(new Set(report.faults.map(({ kind }) => kind)).size).to.be.above(7);
    expect(report.processStarts).to.be.above(4);
  });

  it("DAY-5: a day closed twenty times at once, and one whose workers die meanwhile, pay once and mail once", () => {
    const { totals, siege } = report;
    expect(siege.kills).to.be.above(0);
    expect(totals.closedDays).to.be.above(0);
    expect(totals.payouts).to.be.above(0);
    expect(totals.mails).to.be.above(0); // who gets which one the audit says: a payout that failed has none
  });
});
