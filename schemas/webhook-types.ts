/** The facts that may be subscribed to (NOT-1), for the actor, the edge and the page. */
import type { FactType } from "./generated/messages.ts";

/**
 * What a subscription may name. Left out: what parts tell each other to stay in step or ask of each other, of webhooks
 * themselves, what only the feed hears, and what nobody outside may know (`payee.changed`, `link.asked`).
 */
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
  "correction.proposed",
  "correction.approved",
  "correction.rejected",
  "bonus.granted",
  "hold.released",
  "payout.requested",
  "payout.submitted",
  "payout.settled",
  "payout.failed",
  "payout.returned",
  "day.closed",
  "month.ended",
] as const satisfies readonly FactType[];

export type WebhookType = (typeof WEBHOOK_TYPES)[number];
