/** Who may say anything about webhooks: admins, as the verified token says (AUTH-2). */
import type { Envelope } from "../../schemas/envelope.ts";
import { type Rejected, rejected } from "../../schemas/rejections.ts";
import type { Webhook } from "./state.ts";

/** What only admins may do, and only to what is there. */
export function refusalOf(message: Envelope, webhook?: Webhook): Rejected | undefined {
  if (message.senderrole !== "admin") return rejected("not_allowed", "Only an admin manages webhooks.");
  const isGone = message.type !== "webhook.create" && (webhook === undefined || webhook.state === "deleted");
  return isGone ? rejected("webhook_not_found") : undefined;
}
