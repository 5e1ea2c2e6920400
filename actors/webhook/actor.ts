/** Webhooks as the runtime sees them: one partition for the company, which hears everything that somebody wants. */
import type { Envelope } from "../../schemas/envelope.ts";
import type { DeliveryResource, WebhookResource } from "../../schemas/resources.ts";
import type { Actor, Context } from "../runtime/actor.ts";
import { decide, HANDLES } from "./decide.ts";
import { evolve } from "./evolve.ts";
import { pageOfLine } from "./line.ts";
import {
  type Delivery,
  deliveryKey,
  type Webhook,
  type WebhookEntity,
  WebhookState,
  webhookKey,
} from "./state.ts";
import { newWebhookId } from "./subscription.ts";

export const webhook: Actor<WebhookEntity, WebhookState> = {
  kind: "webhook",
  handles: HANDLES,
  heeds: ({ heeded }) => heeded,
  newState: () => new WebhookState(),
  mailbox: ({ subject }) => subject,
  afterLastAttempt: () => "skip",
  needs,
  page: pageOfLine,
  decide,
  answer,
  evolve,
};

function needs(message: Envelope): readonly string[] {
  switch (message.type) {
    case "webhook.change":
    case "webhook.delete":
    case "webhook.rotate-secret":
    case "webhook.continue":
    case "webhook.resend-range":
      return [webhookKey(message.data.webhookId)];
    case "webhook.resend":
    case "webhook.answered":
    case "webhook.retry": {
      const { webhookId, deliveryId } = message.data;
      return [webhookKey(webhookId), ...(deliveryId === undefined ? [] : [deliveryKey(deliveryId)])];
    }
    default:
      return [];
  }
}

function answer(state: WebhookState, message: Envelope, context: Context): unknown {
  switch (message.type) {
    case "webhook.create":
      return resourceOf(state.webhook(newWebhookId(context)));
    case "webhook.change":
    case "webhook.rotate-secret":
      return resourceOf(state.webhook(message.data.webhookId));
    case "webhook.resend": {
      const { webhookId, deliveryId, from, to } = message.data;
      if (deliveryId === undefined) return { webhookId, from, to };
      return deliveryOf(state.delivery(deliveryId));
    }
    default:
      return undefined;
  }
}

function resourceOf(webhook: Webhook | undefined): WebhookResource | undefined {
  if (webhook === undefined) return undefined;
  const { id, url, types, description, state, secretVersion, createdAt, changedAt } = webhook;
  const { previousUntil = null, failingSince = null, failure = null } = webhook;
  const signed = { secretVersion, previousSecretUntil: previousUntil };
  return { id, url, types, description, state, ...signed, failingSince, failure, createdAt, changedAt };
}

function deliveryOf(delivery: Delivery | undefined): DeliveryResource | undefined {
  if (delivery === undefined) return undefined;
  const { id, number, factId, type, attempts, createdAt, updatedAt } = delivery;
  const { nextAttemptAt = null, status = null, failure = null, durationMs = null } = delivery;
  const state = delivery.state === "delivered" || delivery.state === "failed" ? delivery.state : "pending";
  const last = { attempts, nextAttemptAt, status, failure, durationMs };
  return { id, number, factId, type, state, ...last, createdAt, updatedAt };
}
