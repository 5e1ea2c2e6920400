/**
 * A payout's life (PAY-1): requested → submitted → settled, or failed → returned. Pure (G7).
 *
 * 1. One payout has one id, and the id is the provider's idempotency key: however often it is asked, it pays once.
 * 2. Only the provider's word ends a payout. An unknown outcome is asked for again, for as long as it takes.
 */
import type { Envelope } from "../../schemas/envelope.ts";
import type { PaymentAnsweredV1, PayoutRequestedV1, Type } from "../../schemas/generated/messages.ts";
import { type Context, type Decision, type Fact, type Later, NOTHING } from "../runtime/actor.ts";
import { fact } from "../runtime/fact.ts";
import { type PaymentState, type Payout, payoutKey } from "./state.ts";

export const HANDLES: ReadonlySet<Type> = new Set<Type>([
  "payout.requested",
  "payment.answered",
  "payout.returned",
]);

/** Doubled with every unknown answer: a provider that stumbles is asked soon, one that is down is left alone. */
export const BACK_OFF_FIRST_MS = 1_000;
export const BACK_OFF_MAX_MS = 600_000;
/** Enough to tell what happened; providers send whole pages. */
const FAILURE_CHARS_MAX = 500;

export function decide(state: PaymentState, message: Envelope, context: Context): Decision {
  switch (message.type) {
    case "payout.requested":
      return submit(state, message.data, context);
    case "payment.answered":
      return hear(state, message.data, context);
    case "payout.returned":
      return keepReturned(state, message);
    default:
      return NOTHING;
  }
}

/**
 * Requested and submitted in one decision: the commit that stores the call is the handing over. From then on the
 * provider may have the payout at any moment, crash or not, and `requested` would promise that it has not.
 */
function submit(state: PaymentState, data: PayoutRequestedV1, context: Context): Decision {
  const { payoutId, accountId, businessDate, amountMinor, breakdown } = data;
  if (state.payout(payoutId) !== undefined) return NOTHING;
  const requested: Payout = {
    key: payoutKey(payoutId),
    id: payoutId,
    accountId,
    businessDate,
    amountMinor,
    breakdown,
    state: "requested",
    attempts: 0,
    failure: undefined,
    updatedAt: context.now,
  };
  return ask(requested, undefined, context.nowMs, context);
}

function hear(state: PaymentState, answer: PaymentAnsweredV1, context: Context): Decision {
  const payout = state.payout(answer.payoutId);
  if (payout === undefined) {
    throw new Error(`expected an answer about a payout that was submitted, got one about ${answer.payoutId}`);
  }
  if (payout.state !== "submitted") return NOTHING;
  switch (answer.outcome) {
    case "paid":
      return { accepted: true, facts: [settled(payout, context)] };
    case "refused":
      return { accepted: true, facts: [failed(payout, reasonOf(answer), context)] };
    case "unknown":
      return ask(payout, reasonOf(answer), context.nowMs + backOffMs(payout, context), context);
  }
}

/** The account has booked the money back: the payout's life is over. */
function keepReturned(state: PaymentState, { data }: Envelope<"payout.returned">): Decision {
  const payout = state.payout(data.payoutId);
  if (payout?.state !== "failed") return NOTHING;
  const returned: Payout = { ...payout, state: "returned", updatedAt: data.occurredAt };
  return { accepted: true, facts: [], replicas: [returned] };
}

/** Asks the provider, for the first time or again, always by the same key. */
function ask(payout: Payout, failure: string | undefined, dueAtMs: number, context: Context): Decision {
  const next: Payout = {
    ...payout,
    state: "submitted",
    attempts: payout.attempts + 1,
    failure,
    updatedAt: context.now,
  };
  const { id: payoutId, accountId, businessDate, amountMinor, attempts } = next;
  const data = { payoutId, accountId, businessDate, amountMinor };
  const call: Later = {
    word: "submit",
    dueAtMs,
    type: "payment.submit",
    subject: next.key,
    data,
    gateway: "payment",
  };
  const submitted = fact("payout.submitted", next.key, accountId, {
    ...data,
    attempts,
    occurredAt: context.now,
  });
  return { accepted: true, facts: [submitted], replicas: [next], later: [call] };
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

/** Full jitter: many payouts that failed together do not come back together. */
function backOffMs({ id, attempts }: Payout, context: Context): number {
  const ceilingMs = Math.min(BACK_OFF_FIRST_MS * 2 ** (attempts - 1), BACK_OFF_MAX_MS);
  return 1 + context.pick(ceilingMs, "payment back-off", id, String(attempts));
}

/** The provider's words as text that a row can hold: Postgres refuses a zero byte, and the answer would be lost. */
function reasonOf({ outcome, detail }: PaymentAnsweredV1): string {
  const words = (detail ?? "").replace(/\p{Cc}+/gu, " ").trim();
  return words === ""
    ? `The provider answered "${outcome}" without a reason.`
    : words.slice(0, FAILURE_CHARS_MAX).toWellFormed();
}
