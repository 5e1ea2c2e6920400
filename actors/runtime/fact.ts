/** Facts on their way: which topic each type belongs to, so that no actor repeats it. */
import type { DataOf, FactType } from "../../schemas/generated/messages.ts";
import type { Topic } from "../../streams/topology.ts";
import type { Fact } from "./actor.ts";

export const TOPIC_OF: Readonly<Record<FactType, Topic>> = {
  "user.registered": "users",
  "user.role-changed": "users",
  "user.disabled": "users",
  "user.enabled": "users",
  "user.profile-changed": "users",
  "receipt.resend-asked": "users",
  "mail.resend-asked": "users",
  "link.asked": "users",
  "correction.proposed": "users",
  "correction.approved": "users",
  "correction.rejected": "users",
  "webhook.disabled": "users",
  "hold.released": "users",
  "task.created": "tasks",
  "task.assigned": "tasks",
  "task.started": "tasks",
  "task.edited": "tasks",
  "task.completed": "tasks",
  "task.cancelled": "tasks",
  "day.ended": "tasks",
  "account.opened": "ledger",
  "ledger.entry-posted": "ledger",
  "payout.requested": "payouts",
  "payout.submitted": "payouts",
  "payout.settled": "payouts",
  "payout.failed": "payouts",
  "payout.returned": "payouts",
  "payout.enquiry-asked": "payouts",
  "payee.changed": "payouts",
  "month.ended": "schedules",
  "bonus.granted": "schedules",
  "day.partition-closed": "day",
  "day.closed": "day",
  "day.close-progressed": "notices",
  "job.progressed": "notices",
  "mail.sent": "notices",
  "mail.failed": "notices",
};

/**
 * Facts that are sent to a second topic, too, by name (`factTo`): there whoever has one partition for the company hears
 * them once, and not once per partition, or without reading a topic of which it wants nothing else.
 */
export const ALSO_IN: Readonly<Record<string, Topic>> = {
  "day.ended": "day",
  "month.ended": "day",
  "bonus.granted": "day",
};

/** States a fact. `key` is the account that it touches: it chooses the partition. */
export function fact<T extends FactType>(type: T, subject: string, key: string, data: DataOf[T]): Fact<T> {
  return { type, topic: TOPIC_OF[type], subject, key, data } as unknown as Fact<T>;
}

/** The same fact for one named partition of a topic: the barrier goes into all of them. */
export function factTo<T extends FactType>(
  type: T,
  to: { topic: Topic; partition: number },
  subject: string,
  data: DataOf[T],
): Fact<T> {
  return {
    type,
    topic: to.topic,
    toPartition: to.partition,
    subject,
    key: subject,
    data,
  } as unknown as Fact<T>;
}
