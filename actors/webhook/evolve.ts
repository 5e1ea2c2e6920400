/** What the webhook actor's one fact changes (G7); all else that it keeps comes beside its decisions, in its new form. */
import type { Fact } from "../runtime/actor.ts";
import type { Webhook, WebhookState } from "./state.ts";

export function evolve(state: WebhookState, fact: Fact): readonly Webhook[] {
  if (fact.type !== "webhook.disabled") return [];
  const webhook = state.webhook(fact.data.webhookId);
  return webhook === undefined ? [] : [{ ...webhook, state: "disabled", changedAt: fact.data.occurredAt }];
}
