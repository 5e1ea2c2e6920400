/**
 * Asking the provider (PAY-1), for the first time or again, always by the payout's id. Every asking has a number: an
 * answer that knows nothing new is passed by when a later asking is under way, so that however often somebody rings,
 * there is one chain of askings and not one per ring.
 */
import type { PaymentAnsweredV2 } from "../../schemas/generated/messages.ts";
import type { UserId } from "../../schemas/ids.ts";
import type { Accepted, Context, Later } from "../runtime/actor.ts";
import { fact } from "../runtime/fact.ts";
import { type Payout, withStep } from "./state.ts";

/** Doubled with every unknown answer: a provider that stumbles is asked soon, one that is down is left alone. */
export const BACK_OFF_FIRST_MS = 1_000;
export const BACK_OFF_MAX_MS = 600_000;
/** Enough to tell what happened; providers send whole pages. */
const FAILURE_CHARS_MAX = 500;

/** Submits the payout: pays unless the provider has it already, which it is asked first from the second attempt on. */
export function submit(payout: Payout, dueAtMs: number, context: Context, by?: UserId): Accepted {
  const next = asked(payout, context, by);
  const { id: payoutId, accountId, businessDate, amountMinor, attempts, payee } = next;
  const data = { payoutId, accountId, businessDate, amountMinor };
  const call: Later = {
    word: "submit",
    dueAtMs,
    type: "payment.submit",
    subject: next.key,
    data: { ...data, attempt: attempts, ...(payee === undefined ? {} : { payee }) },
    gateway: "payment",
  };
  const submitted = fact("payout.submitted", next.key, accountId, {
    ...data,
    attempts,
    occurredAt: context.now,
  });
  return { accepted: true, facts: [submitted], replicas: [next], later: [call] };
}

/** Asks whether what was paid still is. It never pays, so it may be asked of a payout that is settled. */
export function enquire(payout: Payout, dueAtMs: number, context: Context, by?: UserId): Accepted {
  const next: Payout = { ...asked(payout, context, by), state: payout.state, failure: payout.failure };
  const { id: payoutId, amountMinor, attempts: attempt } = next;
  const call: Later = {
    word: "enquire",
    dueAtMs,
    type: "payment.enquire",
    subject: next.key,
    data: { payoutId, amountMinor, attempt },
    gateway: "payment",
  };
  return { accepted: true, facts: [], replicas: [next], later: [call] };
}

function asked(payout: Payout, context: Context, by: UserId | undefined): Payout {
  const attempts = payout.attempts + 1;
  const step = {
    at: context.now,
    what: "asked",
    attempt: attempts,
    ...(by === undefined ? {} : { by }),
  } as const;
  return {
    ...payout,
    state: "submitted",
    attempts,
    steps: withStep(payout.steps, step),
    updatedAt: context.now,
  };
}

/** Answers of before there were numbers belong to the only asking there was. */
export function isOutrun({ attempts }: Payout, { attempt = attempts }: PaymentAnsweredV2): boolean {
  return attempt < attempts;
}

/** Full jitter: many payouts that failed together do not come back together. */
export function backOffMs({ id, attempts }: Payout, context: Context): number {
  const ceilingMs = Math.min(BACK_OFF_FIRST_MS * 2 ** (attempts - 1), BACK_OFF_MAX_MS);
  return 1 + context.pick(ceilingMs, "payment back-off", id, String(attempts));
}

/** The provider's words as text that a row can hold: Postgres refuses a zero byte, and the answer would be lost. */
export function reasonOf({ outcome, detail }: PaymentAnsweredV2): string {
  const words = (detail ?? "").replace(/\p{Cc}+/gu, " ").trim();
  return words === ""
    ? `The provider answered "${outcome}" without a reason.`
    : words.slice(0, FAILURE_CHARS_MAX).toWellFormed();
}
