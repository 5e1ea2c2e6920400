import { expect } from "chai";
import { SandboxGateway } from "../../../actors/payment/sandbox-gateway.ts";
import { minor } from "../../../schemas/money.ts";
import { message } from "./one-partition.ts";
import { requested } from "./payouts.ts";

const inTime = () => new AbortController().signal;

function submit(amount: number) {
  const { payoutId, accountId, businessDate } = requested();
  return message("payment.submit", { payoutId, accountId, businessDate, amountMinor: minor(amount) });
}

describe("the sandbox provider", () => {
  it("PAY-2: pays at once, and answers the same when it is asked again", async () => {
    const gateway = new SandboxGateway();
    const request = submit(2_800);
    const answers = [await gateway.call(request, inTime()), await gateway.call(request, inTime())];
    const data = { payoutId: request.data.payoutId, provider: "sandbox", outcome: "paid" };
    const paid = { type: "payment.answered", data };
    expect(answers).to.deep.equal([paid, paid]);
  });

  it("PAY-2: refuses the amounts it is told to refuse, and no others", async () => {
    const gateway = new SandboxGateway({ refuseAmountsEndingIn: "13" });
    const outcomes = await Promise.all([1_013, 13, 1_300, 130].map((n) => gateway.call(submit(n), inTime())));
    expect(outcomes.map(({ data }) => (data as { outcome: string }).outcome)).to.deep.equal([
      "refused",
      "refused",
      "paid",
      "paid",
    ]);
  });

  it("PAY-1: a deadline that has passed is an unknown outcome, not a failure", async () => {
    const { data } = await new SandboxGateway().call(submit(2_800), AbortSignal.abort());
    expect(data).to.include({ outcome: "unknown" });
  });

  it("PAY-1: plays the faults of a test", async () => {
    const faults = ["unknown", "refused", undefined] as const;
    let calls = 0;
    const gateway = new SandboxGateway({ fault: () => faults[calls++] });
    const request = submit(2_800);
    const said = [];
    for (const _ of faults) said.push((await gateway.call(request, inTime())).data);
    expect(said.map((data) => (data as { outcome: string }).outcome)).to.deep.equal([
      "unknown",
      "refused",
      "paid",
    ]);
  });
});
