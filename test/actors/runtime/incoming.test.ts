import { expect } from "chai";
import { type Incoming, incoming } from "../../../actors/runtime/incoming.ts";
import type { Entry } from "../../../streams/reader.ts";
import { message } from "../payment/one-partition.ts";

const FROM = { topic: "payouts", partition: 3 } as const;
const OTHERS: ReadonlySet<string> = new Set(["payout.settled"]);
const OWN: ReadonlySet<string> = new Set(["payout.failed"]);

/** A fact of a channel, whose data no schema allows. */
function heard(handles: ReadonlySet<string>, changes: Record<string, unknown> = {}): Incoming {
  const fact = message("payout.failed", { nonsense: true } as never);
  const payload = JSON.stringify({ ...fact, source: "/ates/payment/3", sequence: "7", ...changes });
  const entry: Entry = { from: FROM, id: "1-0", payload };
  return incoming(payload, { entry }, handles);
}

describe("what has arrived in a stream", () => {
  it("EVT-1: of a fact that nobody here acts on the envelope alone is checked", () => {
    const { message: read, problem } = heard(OTHERS);
    expect([read, problem]).to.deep.equal([undefined, undefined]);
    expect(heard(OWN).problem?.code).to.equal("invalid_data");
  });

  it("EVT-4: what is no envelope, or of no known type, has its problem whoever acts on it", () => {
    for (const handles of [OTHERS, OWN]) {
      expect(heard(handles, { type: "payout.sung" }).problem?.code).to.equal("unknown_type");
      expect(heard(handles, { time: "noon" }).problem?.code).to.equal("invalid_envelope");
      expect(heard(handles, { type: undefined }).problem?.code).to.equal("invalid_envelope");
    }
  });

  it("G5 EVT-4: a fact without a place in a channel has its problem, also where nobody acts on it", () => {
    expect(heard(OTHERS, { sequence: undefined }).problem).not.to.equal(undefined);
    expect(heard(OTHERS, { source: "/somebody/else" }).problem?.code).to.equal("invalid_envelope");
  });
});
