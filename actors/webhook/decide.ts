/** What the webhook actor does with each message (NOT-1). Pure (G7). */
import type { Envelope } from "../../schemas/envelope.ts";
import type { Type } from "../../schemas/generated/messages.ts";
import { WEBHOOK_TYPES } from "../../schemas/webhook-types.ts";
import { type Context, type Decision, NOTHING } from "../runtime/actor.ts";
import { forget } from "./forget.ts";
import { goOn, resend, resendRange, take } from "./line.ts";
import { hear, retry } from "./outcome.ts";
import type { WebhookState } from "./state.ts";
import { change, create, remove, rotateSecret } from "./subscription.ts";

const COMMANDS = [
  "webhook.create",
  "webhook.change",
  "webhook.delete",
  "webhook.rotate-secret",
  "webhook.resend",
] as const satisfies readonly Type[];

const OWN = [
  "webhook.answered",
  "webhook.retry",
  "webhook.continue",
  "webhook.resend-range",
  "webhook.forget",
] as const satisfies readonly Type[];

export const HANDLES: ReadonlySet<Type> = new Set<Type>([...COMMANDS, ...OWN, ...WEBHOOK_TYPES]);

export function decide(state: WebhookState, message: Envelope, context: Context): Decision {
  switch (message.type) {
    case "webhook.create":
      return create(state, message, context);
    case "webhook.change":
      return change(state, message, context);
    case "webhook.delete":
      return remove(state, message, context);
    case "webhook.rotate-secret":
      return rotateSecret(state, message, context);
    case "webhook.resend":
      return resend(state, message, context);
    case "webhook.resend-range":
      return resendRange(state, message, context);
    case "webhook.forget":
      return forget(state, message, context);
    case "webhook.answered":
      return hear(state, message, context);
    case "webhook.retry":
      return retry(state, message.data, context);
    case "webhook.continue":
      return goOn(state, message, context);
    default:
      return HANDLES.has(message.type) ? take(state, message, context) : NOTHING;
  }
}
