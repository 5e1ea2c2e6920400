/**
 * What becomes of an attempt's outcome (NOT-1): tried again with growing pauses for a day, then failed and left to
 * whoever asks for it again. A subscription that has failed for days is disabled, and its maker told.
 */
import type { Envelope } from "../../schemas/envelope.ts";
import type { WebhookAnsweredV1, WebhookRetryV1 } from "../../schemas/generated/messages.ts";
import { type Accepted, type Context, type Decision, type Later, NOTHING } from "../runtime/actor.ts";
import { fact } from "../runtime/fact.ts";
import { kept, queued, together } from "./attempt.ts";
import { next } from "./line.ts";
import { type Delivery, type Webhook, type WebhookState, webhookKey } from "./state.ts";

/** A delivery is given up so long after it was put in line. */
export const TRIED_FOR_MS = 86_400_000;
export const BACK_OFF_FIRST_MS = 2_000;
export const BACK_OFF_MAX_MS = 14_400_000;
/** A subscription is disabled after so long without a single success: longer than any week-end. */
export const FAILING_MAX_MS = 5 * 86_400_000;
const FAILURE_CHARS_MAX = 500;

export function hear(state: WebhookState, message: Envelope<"webhook.answered">, context: Context): Decision {
  const { webhookId, deliveryId, outcome } = message.data;
  const webhook = state.webhook(webhookId);
  const delivery = state.delivery(deliveryId);
  if (webhook === undefined || delivery === undefined) {
    throw new Error(`expected an answer about a delivery of a webhook, got one about ${deliveryId}`);
  }
  if (delivery.state !== "calling") return NOTHING;
  const freed = { ...webhook, underWay: webhook.underWay - 1 };
  const answered: Delivery = { ...delivery, ...told(message.data), updatedAt: context.now };
  const heard =
    outcome === "delivered" ? delivered(freed, answered) : failed(freed, answered, message.data, context);
  return together([heard, next(state, webhookOf(heard), message, context)]);
}

function delivered(webhook: Webhook, delivery: Delivery): Accepted {
  const well: Webhook = { ...webhook, failingSince: undefined, failure: undefined };
  return kept(well, { ...delivery, state: "delivered", failure: undefined });
}

function failed(webhook: Webhook, delivery: Delivery, answer: WebhookAnsweredV1, context: Context): Accepted {
  const failure = reasonOf(answer);
  const failingSince = webhook.failingSince ?? context.now;
  const ill: Webhook = { ...webhook, failingSince, failure };
  const isHopeless = context.nowMs - Date.parse(failingSince) >= FAILING_MAX_MS;
  if (ill.state === "active" && isHopeless) return disabled(ill, { ...delivery, failure }, context);
  const waitMs = backOffMs(delivery, context);
  const isOver = context.nowMs + waitMs - Date.parse(delivery.startedAt) > TRIED_FOR_MS;
  if (ill.state !== "active" || isOver) return kept(ill, { ...delivery, state: "failed", failure });
  const dueAtMs = context.nowMs + waitMs;
  const nextAttemptAt = new Date(dueAtMs).toISOString();
  const retrying: Delivery = { ...delivery, state: "retrying", failure, nextAttemptAt };
  return { ...kept(ill, retrying), later: [retryAt(dueAtMs, retrying)] };
}

/** The fact goes to whoever made the subscription, by way of all that is said of the person: it becomes a mail. */
function disabled(webhook: Webhook, delivery: Delivery, context: Context): Accepted {
  const { id: webhookId, url, createdBy: ownerId, failingSince = context.now, failure = "" } = webhook;
  const data = { webhookId, url, ownerId, failingSince, failure, occurredAt: context.now };
  return {
    ...kept({ ...webhook, state: "disabled" }, { ...delivery, state: "failed" }),
    facts: [fact("webhook.disabled", webhook.key, ownerId, data)],
  };
}

/** Its time to be tried again has come: it takes its turn, before those with higher numbers. */
export function retry(
  state: WebhookState,
  { webhookId, deliveryId }: WebhookRetryV1,
  context: Context,
): Decision {
  const webhook = state.webhook(webhookId);
  const delivery = state.delivery(deliveryId);
  if (webhook === undefined || delivery?.state !== "retrying") return NOTHING;
  if (webhook.state === "active") return queued(webhook, delivery, context);
  return kept(webhook, { ...delivery, state: "failed", nextAttemptAt: undefined, updatedAt: context.now });
}

function retryAt(dueAtMs: number, { id, webhookId }: Delivery): Later {
  const data = { webhookId, deliveryId: id };
  return { word: `retry ${id}`, dueAtMs, type: "webhook.retry", subject: webhookKey(webhookId), data };
}

/** Full jitter: deliveries that failed together do not come back together. */
function backOffMs({ id, attempts }: Delivery, context: Context): number {
  const ceilingMs = Math.min(BACK_OFF_FIRST_MS * 2 ** (attempts - 1), BACK_OFF_MAX_MS);
  return 1 + context.pick(ceilingMs, "webhook back-off", id, String(attempts));
}

function told({ status, durationMs }: WebhookAnsweredV1): Pick<Delivery, "status" | "durationMs"> {
  return { status, durationMs };
}

/** The receiver's words as text that a row can hold: Postgres refuses a zero byte, and the answer would be lost. */
function reasonOf({ detail }: WebhookAnsweredV1): string {
  const words = (detail ?? "").replace(/\p{Cc}+/gu, " ").trim();
  return words === "" ? "The receiver gave no reason." : words.slice(0, FAILURE_CHARS_MAX).toWellFormed();
}

function webhookOf({ replicas = [] }: Accepted): Webhook {
  return replicas[0] as Webhook;
}
