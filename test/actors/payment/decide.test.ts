import { expect } from "chai";
import fc from "fast-check";
import { payment } from "../../../actors/payment/actor.ts";
import { BACK_OFF_FIRST_MS, BACK_OFF_MAX_MS, LOOK_EVERY_MS, LOOKS } from "../../../actors/payment/asking.ts";
import { type Payout, payoutKey } from "../../../actors/payment/state.ts";
import type { PaymentAnsweredV2 } from "../../../schemas/generated/messages.ts";
import type { PayoutId } from "../../../schemas/ids.ts";
import { type Kept, message, OnePartition } from "./one-partition.ts";
import { requested } from "./payouts.ts";

type Outcome = Exclude<PaymentAnsweredV2["outcome"], "pending">;

function submitted() {
  const partition = new OnePartition(payment);
  const request = requested();
  const first = partition.take(message("payout.requested", request));
  const payout = () => partition.rows.get(payoutKey(request.payoutId)) as Payout;
  const answer = (outcome: Outcome, detail?: string) =>
    partition.take(
      message("payment.answered", {
        payoutId: request.payoutId,
        outcome,
        ...(detail === undefined ? {} : { detail }),
      }),
    );
  return { partition, request, first, payout, answer };
}

const calls = (later: readonly Kept[]) => later.filter(({ gateway }) => gateway === "payment");

describe("a payout's life", () => {
  it("PAY-1: a requested payout is submitted in the decision that asks the provider, by the payout's id", () => {
    const { request, first, payout } = submitted();
    const { payoutId, accountId, businessDate, amountMinor } = request;
    expect(first.facts.map(({ type, key }) => ({ type, key }))).to.deep.equal([
      { type: "payout.submitted", key: accountId },
    ]);
    expect(first.facts[0]?.data).to.include({ payoutId, attempts: 1, amountMinor });
    expect(first.later).to.have.length(1);
    expect(first.later[0]?.gateway).to.equal("payment");
    expect(first.later[0]?.envelope.data).to.deep.equal({
      ...{ payoutId, accountId, businessDate, amountMinor },
      attempt: 1,
    });
    expect(payout()).to.include({ state: "submitted", attempts: 1, failure: undefined });
  });

  it("PAY-1: a request for a known payout changes nothing, whatever became of it", () => {
    for (const outcome of ["paid", "refused", "unknown"] as const) {
      const { partition, request, payout, answer } = submitted();
      answer(outcome);
      const before = payout();
      const again = partition.take(
        message("payout.requested", request),
        message("payout.requested", request),
      );
      expect(again).to.deep.include({ facts: [], later: [], changed: [], deadLetters: [] });
      expect(payout()).to.equal(before);
    }
  });

  it("PAY-1 DAY-5: a request that comes twice in one batch is submitted once", () => {
    const partition = new OnePartition(payment);
    const request = requested();
    const { facts, later } = partition.take(
      message("payout.requested", request),
      message("payout.requested", request),
    );
    expect(facts).to.have.length(1);
    expect(later).to.have.length(1);
  });

  it("PAY-1 PAY-3: paid settles it, and the fact says what it is made of", () => {
    const { request, payout, answer } = submitted();
    const { facts, later } = answer("paid");
    const { payoutId, accountId, businessDate, amountMinor, breakdown } = request;
    expect(facts.map(({ type }) => type)).to.deep.equal(["payout.settled"]);
    expect(facts[0]?.data).to.deep.include({ payoutId, accountId, businessDate, amountMinor, breakdown });
    expect(later).to.deep.equal([]);
    expect(payout()).to.include({ state: "settled", attempts: 1, failure: undefined });
  });

  it("PAY-1: refused fails it with the provider's reason, and the account's return ends it", () => {
    const { partition, request, payout, answer } = submitted();
    const { facts } = answer("refused", "account closed");
    expect(facts.map(({ type }) => type)).to.deep.equal(["payout.failed"]);
    expect(facts[0]?.data).to.include({ failure: "account closed", amountMinor: request.amountMinor });
    expect(payout()).to.include({ state: "failed", failure: "account closed" });
    const { payoutId, accountId, businessDate, amountMinor, occurredAt } = request;
    const returned = message("payout.returned", {
      payoutId,
      accountId,
      businessDate,
      amountMinor,
      occurredAt,
    });
    expect(partition.take(returned, returned)).to.deep.include({ facts: [], later: [], deadLetters: [] });
    expect(payout()).to.include({ state: "returned", failure: "account closed" });
  });

  it("PAY-1: an unknown outcome is asked for by the same key, later each time, and then settles", () => {
    const { partition, request, payout, answer } = submitted();
    for (let attempt = 1; attempt <= 30; attempt++) {
      const { facts, later } = answer("unknown", "no answer");
      const ceilingMs = Math.min(BACK_OFF_FIRST_MS * 2 ** (attempt - 1), BACK_OFF_MAX_MS);
      expect(facts.map(({ type }) => type)).to.deep.equal(["payout.submitted"]);
      expect(calls(later)).to.have.length(1);
      expect(later[0]?.envelope.data).to.include({ payoutId: request.payoutId });
      expect((later[0]?.dueAtMs ?? 0) - partition.nowMs).to.be.within(1, ceilingMs);
      expect(payout()).to.include({ state: "submitted", attempts: attempt + 1, failure: "no answer" });
    }
    expect(answer("paid").facts.map(({ type }) => type)).to.deep.equal(["payout.settled"]);
    expect(payout()).to.include({ state: "settled", failure: undefined });
  });

  describe("paid by a provider that tells of returns", () => {
    function settledAtBank() {
      const { partition, request, payout } = submitted();
      const say = (outcome: Outcome, attempt: number) =>
        partition.take(
          message("payment.answered", { payoutId: request.payoutId, outcome, attempt, provider: "http" }),
        );
      return { partition, payout, say, settled: say("paid", 1), settledMs: partition.nowMs };
    }

    it("PAY-1: is looked at once a day for five days, whatever is answered, and tells of no asking", () => {
      const { partition, payout, say, settled, settledMs } = settledAtBank();
      const before = payout();
      let [next] = settled.later;
      for (let look = 1; look <= LOOKS; look++) {
        expect(next).to.include({ gateway: "payment", dueAtMs: settledMs + look * LOOK_EVERY_MS });
        expect(next?.envelope.type).to.equal("payment.enquire");
        partition.nowMs = (next?.dueAtMs ?? 0) + 40_000;
        const { facts, later } = say(look % 2 === 0 ? "unknown" : "paid", 0);
        expect(facts).to.deep.equal([]);
        expect(later).to.have.length(look < LOOKS ? 1 : 0);
        [next] = later;
      }
      expect(payout()).to.deep.equal(before);
    });

    it("PAY-1: and has come back: it fails, once, and is looked at no more", () => {
      const { partition, payout, say } = settledAtBank();
      partition.nowMs += LOOK_EVERY_MS;
      const { facts, later } = say("refused", 0);
      expect([facts.map(({ type }) => type), later]).to.deep.equal([["payout.failed"], []]);
      expect(say("refused", 0)).to.deep.include({ facts: [], later: [] });
      expect(payout()).to.include({ state: "failed", attempts: 1 });
    });
  });

  it("PAY-1: payouts that failed together are not asked for together", () => {
    const delays = Array.from({ length: 200 }, () => {
      const { partition, answer } = submitted();
      for (let attempt = 1; attempt < 12; attempt++) answer("unknown");
      return (answer("unknown").later[0]?.dueAtMs ?? 0) - partition.nowMs;
    });
    expect(new Set(delays).size).to.be.greaterThan(190);
    expect(Math.min(...delays)).to.be.lessThan(BACK_OFF_MAX_MS * 0.1);
    expect(Math.max(...delays)).to.be.greaterThan(BACK_OFF_MAX_MS * 0.9);
  });

  it("PAY-1: any answers in any order end it at most once, and nothing is asked after the end", () => {
    const outcomes = fc.constantFrom<Outcome>("paid", "refused", "unknown");
    fc.assert(
      fc.property(fc.array(outcomes, { maxLength: 12 }), (answers) => {
        const { request, payout, answer, first } = submitted();
        const said = answers.map((outcome) => answer(outcome));
        const facts = said.flatMap((each) => each.facts);
        const ends = facts.filter(({ type }) => type === "payout.settled" || type === "payout.failed");
        const end = answers.findIndex((outcome) => outcome !== "unknown");
        expect(ends.map(({ type }) => type)).to.deep.equal(
          end < 0 ? [] : [answers[end] === "paid" ? "payout.settled" : "payout.failed"],
        );
        const asked = [first, ...said].flatMap((each) => calls(each.later));
        expect(asked).to.have.length(1 + (end < 0 ? answers.length : end));
        expect(
          new Set(asked.map(({ envelope }) => (envelope.data as { payoutId: string }).payoutId)),
        ).to.deep.equal(new Set([request.payoutId]));
        expect(payout().attempts).to.equal(asked.length);
        expect(said.flatMap((each) => each.deadLetters)).to.deep.equal([]);
      }),
    );
  });

  it("PAY-1: a return of a payout that did not fail changes nothing", () => {
    const { partition, request, payout, answer } = submitted();
    answer("paid");
    const { breakdown: _, ...returned } = request;
    expect(partition.take(message("payout.returned", returned)).changed).to.deep.equal([]);
    expect(payout().state).to.equal("settled");
  });

  it("EVT-4: an answer about a payout that nobody submitted is kept as a dead letter", () => {
    const partition = new OnePartition(payment);
    const answer = message("payment.answered", {
      payoutId: requested().payoutId as PayoutId,
      outcome: "paid",
    });
    const { deadLetters, facts } = partition.take(answer);
    expect(facts).to.deep.equal([]);
    expect(deadLetters.map(({ code }) => code)).to.deep.equal(["handler_failed"]);
  });

  it("PAY-1: a provider's reason of any bytes becomes a line that a row can hold", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 700 }), (detail) => {
        const { payout, answer } = submitted();
        answer("refused", detail);
        expect(payout().failure).to.match(/^\P{Cc}{1,500}$/u);
      }),
    );
  });
});

describe("a payout that somebody asks about", () => {
  const numbered = (
    outcome: PaymentAnsweredV2["outcome"],
    attempt: number,
    payoutId: PayoutId,
    detail = "said so",
  ) => message("payment.answered", { payoutId, outcome, attempt, provider: "http", detail });
  const asking = ({ payoutId, accountId, occurredAt }: ReturnType<typeof requested>) =>
    message("payout.enquiry-asked", { payoutId, accountId, occurredAt });

  it("PAY-1: is asked at once, for the payee that it was submitted with, whoever it has become", () => {
    const partition = new OnePartition(payment);
    const request = requested();
    const bank = { iban: "DE89370400440532013000", holder: "Popug" };
    const change = (iban: string) =>
      message("payee.changed", {
        accountId: request.accountId,
        ...bank,
        iban,
        occurredAt: request.occurredAt,
      });
    partition.take(change(bank.iban));
    const first = partition.take(message("payout.requested", request));
    partition.take(change("GB82WEST12345698765432"));
    const again = partition.take(asking(request));
    for (const [index, { later }] of [first, again].entries())
      expect(later[0]?.envelope.data).to.deep.include({ attempt: index + 1, payee: bank });
    expect(again.later[0]?.dueAtMs).to.equal(partition.nowMs);
    expect(partition.rows.get(payoutKey(request.payoutId))).to.include({ state: "submitted", attempts: 2 });
  });

  it("PAY-1: has one chain of askings: an answer that a later asking has outrun asks nothing more", () => {
    const { partition, request } = submitted();
    for (let ring = 0; ring < 5; ring++) partition.take(asking(request));
    const answers = [1, 2, 3, 4, 5].map((attempt) =>
      partition.take(numbered("unknown", attempt, request.payoutId)),
    );
    for (const { facts, later, changed } of answers)
      expect([facts, later, changed]).to.deep.equal([[], [], []]);
    expect(calls(partition.take(numbered("unknown", 6, request.payoutId)).later)).to.have.length(1);
    expect(partition.take(numbered("paid", 2, request.payoutId)).facts.map(({ type }) => type)).to.deep.equal(
      ["payout.settled"],
    );
  });

  it("PAY-1: when it is settled it is only asked for: paid changes nothing, refused fails it once", () => {
    const { partition, request, payout, answer } = submitted();
    answer("paid");
    const asked = partition.take(asking(request));
    expect(asked.facts).to.deep.equal([]);
    expect(asked.later.map(({ gateway, envelope }) => [gateway, envelope.type])).to.deep.equal([
      ["payment", "payment.enquire"],
    ]);
    expect(partition.take(numbered("unknown", 2, request.payoutId)).later[0]?.envelope.type).to.equal(
      "payment.enquire",
    );
    expect(partition.take(numbered("paid", 3, request.payoutId))).to.deep.include({ facts: [], later: [] });
    expect(payout()).to.include({ state: "settled", failure: undefined });
    partition.take(asking(request));
    const came = [4, 4].map((attempt) =>
      partition.take(numbered("refused", attempt, request.payoutId, "came back")),
    );
    expect(came.flatMap(({ facts }) => facts.map(({ type }) => type))).to.deep.equal(["payout.failed"]);
    expect(payout()).to.include({ state: "failed", failure: "came back", provider: "http" });
    expect(payout().settledAt).to.be.a("string");
  });

  it("PAY-1: when it has failed nobody is asked, for its money is owed again", () => {
    const { partition, request, answer } = submitted();
    answer("refused");
    const { breakdown: _, ...returned } = request;
    for (const step of [asking(request), message("payout.returned", returned), asking(request)])
      expect(partition.take(step)).to.deep.include({ facts: [], later: [] });
  });

  it("PAY-1: its steps tell its whole life, and of a very long one the beginning and the end", () => {
    const { partition, request, payout } = submitted();
    partition.take(numbered("pending", 1, request.payoutId));
    partition.take(numbered("paid", 2, request.payoutId));
    expect(payout().steps.map(({ what, attempt }) => [what, attempt])).to.deep.equal([
      ["requested", undefined],
      ["asked", 1],
      ["pending", 1],
      ["asked", 2],
      ["settled", undefined],
    ]);
    for (let ring = 0; ring < 100; ring++) partition.take(asking(request));
    expect(payout().steps).to.have.length(40);
    expect(
      payout()
        .steps.slice(0, 2)
        .map(({ what }) => what),
    ).to.deep.equal(["requested", "asked"]);
    expect(payout().steps.at(-1)).to.include({ what: "asked", attempt: 102 });
  });
});
