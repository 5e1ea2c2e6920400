/** Subscriptions as admins make and change them. Of an address only its form is known here; the edge has looked it up. */
import type { Envelope } from "../../schemas/envelope.ts";
import type { UserId } from "../../schemas/ids.ts";
import { rejected } from "../../schemas/rejections.ts";
import type { Accepted, Context, Decision } from "../runtime/actor.ts";
import { kept } from "./attempt.ts";
import { continuation } from "./line.ts";
import { refusalOf } from "./permission.ts";
import { type Webhook, type WebhookState, webhookKey } from "./state.ts";

/** A fact that all of them want is as many deliveries. */
export const WEBHOOKS_MAX = 100;
/** As long as the secret before the last one signs, too: time to take the new one to the receiver. */
export const PREVIOUS_SECRET_MS = 86_400_000;

export function create(state: WebhookState, message: Envelope<"webhook.create">, context: Context): Decision {
  const refusal = refusalOf(message);
  if (refusal !== undefined) return refusal;
  if (state.alive.length >= WEBHOOKS_MAX) return rejected("too_many_webhooks");
  const { url, types, description = "" } = message.data;
  const id = newWebhookId(context);
  return kept({
    key: webhookKey(id),
    id,
    url,
    types,
    description,
    state: "active",
    secretVersion: 1,
    previousUntil: undefined,
    failingSince: undefined,
    failure: undefined,
    deliveries: 0,
    underWay: 0,
    waiting: 0,
    createdBy: message.senderid as UserId,
    createdAt: context.now,
    changedAt: context.now,
  });
}

export function newWebhookId(context: Context): string {
  return context.id("webhook");
}

/** Switched on again, it begins with a clean record: what it failed before does not count. */
export function change(state: WebhookState, message: Envelope<"webhook.change">, context: Context): Decision {
  const { webhookId, active, ...words } = message.data;
  const webhook = state.webhook(webhookId);
  const refusal = refusalOf(message, webhook);
  if (refusal !== undefined || webhook === undefined) return refusal ?? rejected("webhook_not_found");
  const next: Webhook = { ...webhook, ...words, changedAt: context.now };
  if (active === undefined || active === (webhook.state === "active")) return kept(next);
  return active
    ? kept({ ...next, state: "active", failingSince: undefined, failure: undefined })
    : ended({ ...next, state: "paused" }, context);
}

export function remove(state: WebhookState, message: Envelope<"webhook.delete">, context: Context): Decision {
  const webhook = state.webhook(message.data.webhookId);
  const refusal = refusalOf(message, webhook);
  if (refusal !== undefined || webhook === undefined) return refusal ?? rejected("webhook_not_found");
  return ended({ ...webhook, state: "deleted", changedAt: context.now }, context);
}

/** Receivers know both for a time. Asked for twice within it, the first secret is forgotten at once. */
export function rotateSecret(
  state: WebhookState,
  message: Envelope<"webhook.rotate-secret">,
  context: Context,
): Decision {
  const webhook = state.webhook(message.data.webhookId);
  const refusal = refusalOf(message, webhook);
  if (refusal !== undefined || webhook === undefined) return refusal ?? rejected("webhook_not_found");
  const previousUntil = new Date(context.nowMs + PREVIOUS_SECRET_MS).toISOString();
  const secretVersion = webhook.secretVersion + 1;
  return kept({ ...webhook, secretVersion, previousUntil, changedAt: context.now });
}

/** Nothing more is tried: what waits in line is let go. */
function ended(webhook: Webhook, context: Context): Accepted {
  const later = webhook.waiting > 0 ? [continuation(webhook, context)] : [];
  return { accepted: true, facts: [], replicas: [webhook], later };
}
