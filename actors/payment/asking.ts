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

/**
 * Whether the money has come back, with nobody having said so: a callback may be lost for good, and what is returned is
 * returned within days. Asked as no link of a chain: what is not known today is asked tomorrow.
 */
export const LOOK_EVERY_MS = 86_400_000;
export const LOOKS = 5;
export const LOOK = 0;

/** The next look at a settled payout; none after the last, nor at a provider that tells of no returns. */
export function lookAgain(payout: Payout, { nowMs }: Context): readonly Later[] {
  const { id: payoutId, amountMinor, provider, settledAt } = payout;
  const settledMs = settledAt === undefined ? nowMs : Date.parse(settledAt);
  const number = Math.floor((nowMs - settledMs) / LOOK_EVERY_MS) + 1;
  if (provider !== "http" || number > LOOKS) return [];
  const dueAtMs = settledMs + number * LOOK_EVERY_MS;
  const data = { payoutId, amountMinor, attempt: LOOK };
  return [{ word: "look", dueAtMs, type: "payment.enquire", subject: payout.key, data, gateway: "payment" }];
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
