/**
 * What the edge and the webhook actor both know of a subscription (NOT-1): the facts that may be subscribed to, and its
 * secret.
 *
 * A secret is derived of the installation's, so it stands in no table, no message and no log: the edge shows it once, in
 * the answer that makes it, and the gateway signs with it.
 */
import { createHmac } from "node:crypto";
import type { FactType } from "./generated/messages.ts";
import type { Uuid } from "./ids.ts";

/** What a subscription may name. Left out: what parts tell each other to stay in step, and of webhooks themselves. */
export const WEBHOOK_TYPES = [
  "user.registered",
  "user.role-changed",
  "user.disabled",
  "user.enabled",
  "user.profile-changed",
  "task.created",
  "task.assigned",
  "task.started",
  "task.edited",
  "task.completed",
  "task.cancelled",
  "account.opened",
  "ledger.entry-posted",
  "payout.requested",
  "payout.submitted",
  "payout.settled",
  "payout.failed",
  "payout.returned",
  "day.closed",
] as const satisfies readonly FactType[];

export type WebhookType = (typeof WEBHOOK_TYPES)[number];

/** As Standard Webhooks writes secrets: `whsec_` and 32 bytes in base64. */
export function webhookSecret(installationSecret: string, webhookId: Uuid, version: number): string {
  const hmac = createHmac("sha256", installationSecret);
  return `whsec_${hmac.update(["webhook secret", webhookId, version].join("\u0000")).digest("base64")}`;
}
