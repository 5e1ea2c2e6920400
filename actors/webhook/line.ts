/**
 * The line of a subscription: its deliveries are begun in the order of their numbers, so many at a time.
 *
 * What is promised of order: deliveries begin in order; those under way at the same time, and those tried again, may
 * arrive in another. The fact's `source` and `sequence` say what came first.
 */
import type { Envelope } from "../../schemas/envelope.ts";
import type { WebhookResendRangeV1 } from "../../schemas/generated/messages.ts";
import { rejected } from "../../schemas/rejections.ts";
import {
  type Accepted,
  type Context,
  type Decision,
  type Later,
  NOTHING,
  type PageRequest,
} from "../runtime/actor.ts";
import { attempt, isOnItsWay, kept, placesOf, queued, together } from "./attempt.ts";
import { pageOfOld } from "./forget.ts";
import { refusalOf } from "./permission.ts";
import { type Delivery, deliveryKey, isDelivery, type Webhook, type WebhookState } from "./state.ts";

/** Read at once of a line, and of a span of time that is to be sent again. */
export const LINE_PAGE = 50;
const RANGE_PAGE = 200;
const NOT_ACTIVE = "The subscription was paused, disabled or deleted before this was delivered.";

/** A fact: one delivery for each subscription that wants it. */
export function take(state: WebhookState, message: Envelope, context: Context): Decision {
  const wanting = state.alive.filter(
    ({ state: standing, types }) => standing === "active" && types.includes(message.type),
  );
  if (wanting.length === 0) return NOTHING;
  const body = JSON.stringify(eventOf(message));
  return together(
    wanting.map((webhook) => {
      const delivery = newDelivery(webhook, message, body, context);
      return queued({ ...webhook, deliveries: delivery.number }, delivery, context);
    }),
  );
}

/** The CloudEvent without what only its own wire needs. */
function eventOf({ partitionkey: _, causationid: __, ...event }: Envelope): object {
  return event;
}

function newDelivery(webhook: Webhook, message: Envelope, body: string, context: Context): Delivery {
  const id = context.id(`delivery ${webhook.id}`);
  return {
    key: deliveryKey(id),
    id,
    webhookId: webhook.id,
    number: webhook.deliveries + 1,
    factId: message.id,
    type: message.type,
    body,
    state: "waiting",
    attempts: 0,
    startedAt: context.now,
    nextAttemptAt: undefined,
    status: undefined,
    failure: undefined,
    durationMs: undefined,
    createdAt: context.now,
    updatedAt: context.now,
  };
}

/** Which deliveries deciding this message needs beside those it names. */
export function pageOfLine(state: WebhookState, message: Envelope): PageRequest | undefined {
  if (message.type === "webhook.forget") return pageOfOld(message);
  if (message.type === "webhook.resend-range") {
    const { webhookId, from, to, also, after } = message.data;
    const within = { webhookId, from, to, also: also ?? "" };
    return { name: "range", within, after: String(after), limit: RANGE_PAGE };
  }
  if (message.type !== "webhook.answered" && message.type !== "webhook.continue") return undefined;
  const { webhookId } = message.data;
  if ((state.webhook(webhookId)?.waiting ?? 0) === 0) return undefined;
  return { name: "line", within: { webhookId }, after: undefined, limit: LINE_PAGE };
}

export function goOn(state: WebhookState, message: Envelope<"webhook.continue">, context: Context): Decision {
  const webhook = state.webhook(message.data.webhookId);
  return webhook === undefined ? NOTHING : next(state, webhook, message, context);
}

/** Begins what there is a place for, of the page that was read for the message; or lets go of it. */
export function next(state: WebhookState, webhook: Webhook, message: Envelope, context: Context): Accepted {
  const line = state
    .pageOf(message.id)
    .filter(isDelivery)
    .filter((each) => each.state === "waiting" && each.webhookId === webhook.id);
  return webhook.state === "active" ? begun(webhook, line, context) : letGo(webhook, line, context);
}

function begun(webhook: Webhook, line: readonly Delivery[], context: Context): Accepted {
  const parts: Accepted[] = [];
  let at = webhook;
  for (const delivery of line) {
    if (at.underWay >= placesOf(at)) break;
    const part = attempt({ ...at, waiting: at.waiting - 1 }, delivery, context);
    parts.push(part);
    at = webhookOf(part, at);
  }
  // Nobody's answer will go on with the line: it does so itself.
  const isStuck = at.waiting > 0 && at.underWay === 0;
  return together([kept(at), ...parts], isStuck ? [continuation(at, context)] : []);
}

function letGo(webhook: Webhook, line: readonly Delivery[], context: Context): Accepted {
  const failed = line.map(
    (each): Delivery => ({ ...each, state: "failed", failure: NOT_ACTIVE, updatedAt: context.now }),
  );
  const at = { ...webhook, waiting: webhook.waiting - failed.length };
  const more = at.waiting > 0 ? [continuation(at, context)] : [];
  return { accepted: true, facts: [], replicas: [at, ...failed], later: more };
}

/** One delivery, or a span of time: the same id and body again, with attempts of its own. */
export function resend(state: WebhookState, message: Envelope<"webhook.resend">, context: Context): Decision {
  const { webhookId, deliveryId, from, to, also } = message.data;
  const webhook = state.webhook(webhookId);
  const refusal = refusalOf(message, webhook);
  if (refusal !== undefined || webhook === undefined) return refusal ?? rejected("webhook_not_found");
  if (webhook.state !== "active") return rejected("webhook_not_active");
  if (deliveryId === undefined) {
    if (from === undefined || to === undefined)
      return rejected("delivery_not_found", "Expected a delivery, or a span of time.");
    const range = { webhookId, from, to, after: 0, ...(also === undefined ? {} : { also }) };
    return { accepted: true, facts: [], later: [rangeAfter(range, context)] };
  }
  const delivery = state.delivery(deliveryId);
  if (delivery?.webhookId !== webhookId) return rejected("delivery_not_found");
  return isOnItsWay(delivery) ? NOTHING : queued(webhook, anew(delivery, context), context);
}

export function resendRange(
  state: WebhookState,
  message: Envelope<"webhook.resend-range">,
  context: Context,
): Decision {
  const webhook = state.webhook(message.data.webhookId);
  if (webhook?.state !== "active") return NOTHING;
  const page = state.pageOf(message.id).filter(isDelivery);
  const parts: Accepted[] = [];
  let at = webhook;
  for (const delivery of page) {
    if (isOnItsWay(delivery)) continue;
    const part = queued(at, anew(delivery, context), context);
    parts.push(part);
    at = webhookOf(part, at);
  }
  const last = page.at(-1);
  const isLast = last === undefined || page.length < RANGE_PAGE;
  return together(parts, isLast ? [] : [rangeAfter({ ...message.data, after: last.number }, context)]);
}

function anew(delivery: Delivery, context: Context): Delivery {
  return { ...delivery, attempts: 0, startedAt: context.now, nextAttemptAt: undefined };
}

function rangeAfter(data: WebhookResendRangeV1, context: Context): Later {
  const subject = `webhook/${data.webhookId}`;
  return { word: "range", dueAtMs: context.nowMs, type: "webhook.resend-range", subject, data };
}

export function continuation({ id, key }: Webhook, context: Context): Later {
  const data = { webhookId: id };
  return { word: `line ${id}`, dueAtMs: context.nowMs, type: "webhook.continue", subject: key, data };
}

function webhookOf(part: Accepted, before: Webhook): Webhook {
  const form = part.replicas?.findLast(({ key }) => key === before.key);
  return (form as Webhook | undefined) ?? before;
}
