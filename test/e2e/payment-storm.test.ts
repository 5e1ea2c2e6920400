import { expect } from "chai";
import { stormOfPayments } from "../chaos/payment-storm.ts";

describe("a storm of payments", function () {
  this.timeout(120_000);

  it("PAY-1 PAY-2: by the bank's own books each payout arrives once or is returned once, whatever fails and whoever is killed", async () => {
    const report = await stormOfPayments({ payouts: 60, kills: 3 });
    expect(report.wrongs).to.deep.equal([]);
    expect(report.payouts).to.be.above(45);
    expect(report.settled + report.returned).to.equal(report.payouts);
    expect(report.returned).to.be.above(0);
    expect(report.attempts).to.be.above(report.payouts);
    process.stdout.write(
      `    ${report.payouts} payouts, ${report.settled} arrived, ${report.returned} returned, ${report.seconds.toFixed(1)} s\n`,
    );
  });
});
