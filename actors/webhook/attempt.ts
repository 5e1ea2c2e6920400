/**
 * One attempt to deliver (NOT-1), at once or when it is its turn. Of a subscription so many are under way at a time; one
 * that keeps its callers waiting, or is away, has one place, so that it takes no places of others (G8).
 */
import type { WebhookDeliverV1 } from "../../schemas/generated/messages.ts";
import type { Accepted, Context, Later } from "../runtime/actor.ts";
import type { Delivery, Webhook } from "./state.ts";

/** Of one subscription at a time. */
export const PLACES = 8;

export function placesOf({ failingSince }: Webhook): number {
  return failingSince === undefined ? PLACES : 1;
}

export function isOnItsWay({ state }: Delivery): boolean {
  return state === "waiting" || state === "calling" || state === "retrying";
}

export function attempt(webhook: Webhook, delivery: Delivery, context: Context): Accepted {
  const calling: Delivery = {
    ...delivery,
    state: "calling",
    attempts: delivery.attempts + 1,
    nextAttemptAt: undefined,
    updatedAt: context.now,
  };
  const data: WebhookDeliverV1 = {
    webhookId: webhook.id,
    deliveryId: delivery.id,
    url: webhook.url,
    secretVersions: secretVersionsOf(webhook, context) as WebhookDeliverV1["secretVersions"],
    body: delivery.body,
  };
  const call: Later = {
    word: `deliver ${delivery.id}`,
    dueAtMs: context.nowMs,
    type: "webhook.deliver",
    subject: webhook.key,
    data,
    gateway: "webhook",
  };
  const at = { ...webhook, underWay: webhook.underWay + 1 };
  return { accepted: true, facts: [], replicas: [at, calling], later: [call] };
}

/** The newest first; the one before for as long as receivers may still know only that. */
function secretVersionsOf({ secretVersion, previousUntil }: Webhook, { now }: Context): number[] {
  const isPreviousKnown = previousUntil !== undefined && now < previousUntil;
  return isPreviousKnown ? [secretVersion, secretVersion - 1] : [secretVersion];
}

/** Begun at once when there is a place and nobody before it; else it waits. */
export function queued(webhook: Webhook, delivery: Delivery, context: Context): Accepted {
  const isNext = webhook.waiting === 0 && webhook.underWay < placesOf(webhook);
  if (isNext) return attempt(webhook, delivery, context);
  const waiting: Delivery = { ...delivery, state: "waiting", updatedAt: context.now };
  return kept({ ...webhook, waiting: webhook.waiting + 1 }, waiting);
}

/** One decision of many: of each entity its last form. */
export function together(parts: readonly Accepted[], later: readonly Later[] = []): Accepted {
  return {
    accepted: true,
    facts: parts.flatMap(({ facts }) => facts),
    replicas: parts.flatMap(({ replicas = [] }) => replicas),
    later: [...parts.flatMap((part) => part.later ?? []), ...later],
  };
}

export function kept(webhook: Webhook, ...deliveries: readonly Delivery[]): Accepted {
  return { accepted: true, facts: [], replicas: [webhook, ...deliveries] };
}
