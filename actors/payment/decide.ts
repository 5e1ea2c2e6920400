/**
 * A payout's life (PAY-1): requested → submitted → settled, or failed → returned. Pure (G7).
 *
 * 1. One payout has one id, and the id is the provider's idempotency key: however often it is asked, it pays once.
 * 2. Only the provider's word ends a payout. An unknown outcome is asked for again, for as long as it takes.
 * 3. What the provider calls back is not believed but asked for: a call that is old, doubled or out of order does no harm.
 * 4. A payout that was paid may fail all the same, when the bank brings the money back; then it is owed again, once.
 *    The provider rings then; for the case that nobody hears it, it is asked once a day for some days.
 */
import type { Envelope } from "../../schemas/envelope.ts";
import type { PaymentAnsweredV2, PayoutRequestedV1, Type } from "../../schemas/generated/messages.ts";
import { type Context, type Decision, type Fact, NOTHING } from "../runtime/actor.ts";
import { fact } from "../runtime/fact.ts";
import { backOffMs, enquire, isOutrun, LOOK, lookAgain, reasonOf, submit } from "./asking.ts";
import { type PaymentState, type Payout, payeeKey, payoutKey, withStep } from "./state.ts";

export const HANDLES: ReadonlySet<Type> = new Set<Type>([
  "payee.changed",
  "payout.requested",
  "payment.answered",
  "payout.enquiry-asked",
  "payout.returned",
]);

export function decide(state: PaymentState, message: Envelope, context: Context): Decision {
  switch (message.type) {
    case "payee.changed":
      return keepPayee(message);
    case "payout.requested":
      return request(state, message.data, context);
    case "payment.answered":
      return hear(state, message.data, context);
    case "payout.enquiry-asked":
      return askNow(state, message, context);
    case "payout.returned":
      return keepReturned(state, message);
    default:
      return NOTHING;
  }
}

function keepPayee({ data }: Envelope<"payee.changed">): Decision {
  const { accountId, iban, holder, occurredAt } = data;
  const payee = { key: payeeKey(accountId), accountId, iban, holder, changedAt: occurredAt };
  return { accepted: true, facts: [], replicas: [payee] };
}

/**
 * Requested and submitted in one decision: the commit that stores the call is the handing over. From then on the
 * provider may have the payout at any moment, crash or not, and `requested` would promise that it has not.
 */
function request(state: PaymentState, data: PayoutRequestedV1, context: Context): Decision {
  const { payoutId, accountId, businessDate, amountMinor, breakdown, occurredAt } = data;
  if (state.payout(payoutId) !== undefined) return NOTHING;
  const payee = state.payee(accountId);
  const requested: Payout = {
    key: payoutKey(payoutId),
    id: payoutId,
    accountId,
    businessDate,
    amountMinor,
    breakdown,
    payee: payee === undefined ? undefined : { iban: payee.iban, holder: payee.holder },
    state: "requested",
    attempts: 0,
    failure: undefined,
    provider: undefined,
    settledAt: undefined,
    steps: [{ at: occurredAt, what: "requested" }],
    updatedAt: context.now,
  };
  return submit(requested, context.nowMs, context);
}

function hear(state: PaymentState, answer: PaymentAnsweredV2, context: Context): Decision {
  const payout = state.payout(answer.payoutId);
  if (payout === undefined) {
    throw new Error(`expected an answer about a payout that was submitted, got one about ${answer.payoutId}`);
  }
  const heard: Payout = { ...payout, provider: answer.provider ?? "sandbox" };
  if (payout.state === "submitted") return hearOfSubmitted(heard, answer, context);
  return payout.state === "settled" ? hearOfSettled(heard, answer, context) : NOTHING;
}

function hearOfSubmitted(payout: Payout, answer: PaymentAnsweredV2, context: Context): Decision {
  switch (answer.outcome) {
    case "paid":
      return {
        accepted: true,
        facts: [settled(payout, context)],
        replicas: [payout],
        later: lookAgain(payout, context),
      };
    case "refused":
      return { accepted: true, facts: [failed(payout, reasonOf(answer), context)], replicas: [payout] };
    case "pending":
    case "unknown": {
      if (isOutrun(payout, answer)) return NOTHING;
      const waiting = withAnswer(payout, answer, context);
      return submit(waiting, context.nowMs + backOffMs(waiting, context), context);
    }
  }
}

/** Only what was asked for since it was paid can change it; that has a number. */
function hearOfSettled(payout: Payout, answer: PaymentAnsweredV2, context: Context): Decision {
  if (answer.attempt === undefined) return NOTHING;
  if (answer.outcome === "refused")
    return { accepted: true, facts: [failed(payout, reasonOf(answer), context)], replicas: [payout] };
  if (answer.attempt === LOOK) return { ...NOTHING, later: lookAgain(payout, context) };
  if (answer.outcome === "paid") return NOTHING;
  if (isOutrun(payout, answer)) return NOTHING;
  const unsure: Payout = { ...withAnswer(payout, answer, context), failure: payout.failure };
  return enquire(unsure, context.nowMs + backOffMs(unsure, context), context);
}

function withAnswer(payout: Payout, answer: PaymentAnsweredV2, context: Context): Payout {
  const { attempt = payout.attempts, outcome } = answer;
  const failure = reasonOf(answer);
  const step = { at: context.now, what: outcome as "pending" | "unknown", attempt, detail: failure };
  return { ...payout, failure, steps: withStep(payout.steps, step) };
}

/** Somebody waits, or the provider rang: it is asked now and not when its turn would come. */
function askNow(state: PaymentState, { data }: Envelope<"payout.enquiry-asked">, context: Context): Decision {
  const payout = state.payout(data.payoutId);
  switch (payout?.state) {
    case "submitted":
      return submit(payout, context.nowMs, context, data.by);
    case "settled":
      return enquire(payout, context.nowMs, context, data.by);
    default:
      return NOTHING;
  }
}

/** The account has booked the money back: the payout's life is over. */
function keepReturned(state: PaymentState, { data }: Envelope<"payout.returned">): Decision {
  const payout = state.payout(data.payoutId);
  if (payout?.state !== "failed") return NOTHING;
  const steps = withStep(payout.steps, { at: data.occurredAt, what: "returned" });
  const returned: Payout = { ...payout, state: "returned", steps, updatedAt: data.occurredAt };
  return { accepted: true, facts: [], replicas: [returned] };
}

function settled(payout: Payout, context: Context): Fact {
  const { id: payoutId, accountId, businessDate, amountMinor, breakdown } = payout;
  const data = { payoutId, accountId, businessDate, amountMinor, breakdown, occurredAt: context.now };
  return fact("payout.settled", payout.key, accountId, data);
}

function failed(payout: Payout, failure: string, context: Context): Fact {
  const { id: payoutId, accountId, businessDate, amountMinor } = payout;
  const data = { payoutId, accountId, businessDate, amountMinor, failure, occurredAt: context.now };
  return fact("payout.failed", payout.key, accountId, data);
}
