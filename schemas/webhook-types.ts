/** The facts that may be subscribed to (NOT-1), for the actor, the edge and the page. */
import type { FactType } from "./generated/messages.ts";

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
