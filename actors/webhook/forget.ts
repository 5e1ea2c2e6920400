/**
 * Deliveries that ended long ago are forgotten (NOT-1), once a day and a page at a time. How long is long is
 * configuration: the gateway is asked, since decisions see none (G7).
 */
import type { Envelope } from "../../schemas/envelope.ts";
import type { Accepted, Context, Later, PageRequest } from "../runtime/actor.ts";
import { isOnItsWay } from "./attempt.ts";
import { type Delivery, isDelivery, type WebhookState } from "./state.ts";

export const SWEEP_EVERY_MS = 86_400_000;
export const FORGET_PAGE = 500;

export function pageOfOld({ data: { before } }: Envelope<"webhook.forget">): PageRequest {
  return { name: "old", within: { before }, after: undefined, limit: FORGET_PAGE };
}

export function forget(state: WebhookState, message: Envelope<"webhook.forget">, context: Context): Accepted {
  const { before } = message.data;
  const page = state.pageOf(message.id).filter(isDelivery);
  const gone = page
    .filter((each) => !isOnItsWay(each) && each.updatedAt < before)
    .map((each): Delivery => ({ ...each, state: "forgotten" }));
  const next: Later =
    page.length === FORGET_PAGE
      ? {
          word: "forget",
          dueAtMs: context.nowMs,
          type: "webhook.forget",
          subject: message.subject,
          data: { before },
        }
      : {
          word: "sweep",
          dueAtMs: context.nowMs + SWEEP_EVERY_MS,
          type: "webhook.sweep",
          subject: message.subject,
          data: {},
          gateway: "webhook",
        };
  return { accepted: true, facts: [], replicas: gone, later: [next] };
}
