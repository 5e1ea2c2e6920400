/**
 * From facts to what listeners of the feed are told, and who may hear it. An event says what has changed, not all that
 * is known of it: whoever needs more asks the API, which checks again what they may see.
 */
import type { RawEnvelope, Role } from "../schemas/envelope.ts";
import type { Caller } from "./route.ts";

export interface FeedEvent {
  readonly name: "task" | "account" | "payout" | "mail" | "day" | "job" | "command";
  readonly data: Readonly<Record<string, unknown>>;
  readonly audience: Audience;
}

/** Everybody, or one person and the roles that see everybody's. */
export type Audience = "everybody" | { readonly userId: string; readonly roles: readonly Role[] };

export function mayHear({ id, role }: Caller, audience: Audience): boolean {
  return audience === "everybody" || audience.userId === id || audience.roles.includes(role);
}

/** The event of a fact, or undefined when it is none that anybody listens for. */
export function eventOf(envelope: RawEnvelope): FeedEvent | undefined {
  const { type } = envelope;
  const data = (envelope.data ?? {}) as Readonly<Record<string, unknown>>;
  if (type.startsWith("task."))
    return { name: "task", data: { id: data.taskId, type }, audience: "everybody" };
  switch (type) {
    case "ledger.entry-posted":
      return {
        name: "account",
        data: { userId: data.accountId, balanceMinor: data.balanceAfterMinor },
        audience: ofMoney(data.accountId),
      };
    case "day.ended":
      return {
        name: "day",
        data: { businessDate: data.businessDate, state: "closing" },
        audience: "everybody",
      };
    case "day.closed":
      return {
        name: "day",
        data: { businessDate: data.businessDate, state: "closed" },
        audience: "everybody",
      };
    case "payout.requested":
    case "payout.submitted":
    case "payout.settled":
    case "payout.failed":
    case "payout.returned":
      return payoutEvent(data, type.slice("payout.".length));
    case "mail.sent":
    case "mail.failed":
      return mailEvent(data, type.slice("mail.".length));
    case "job.progressed":
      return jobEvent(data);
    default:
      return undefined;
  }
}

function payoutEvent(data: Readonly<Record<string, unknown>>, state: string): FeedEvent {
  const { payoutId: id, accountId: userId, businessDate } = data;
  return { name: "payout", data: { id, userId, businessDate, state }, audience: ofMoney(userId) };
}

function mailEvent(data: Readonly<Record<string, unknown>>, state: string): FeedEvent {
  const { mailId: id, userId } = data;
  return { name: "mail", data: { id, userId, state }, audience: ofMoney(userId) };
}

/** Whose it is, and those who see everybody's (ACC-7). */
function ofMoney(userId: unknown): Audience {
  return { userId: String(userId), roles: ["accountant", "admin"] };
}

function jobEvent(data: Readonly<Record<string, unknown>>): FeedEvent {
  const { jobId: id, kind, state, done, total, result = null, creatorId } = data;
  return {
    name: "job",
    data: { id, kind, state, done, total, result },
    audience: { userId: String(creatorId), roles: ["admin"] },
  };
}
