/** Facts as board, directory and accounts state them: a day's work of a few people, in an order that may happen. */
import fc from "fast-check";
import { type EntryKind, entryOf, type Head, headAfter } from "../../../actors/ledger/entry.ts";
import type { BusinessDate } from "../../../schemas/business-date.ts";
import type { Envelope } from "../../../schemas/envelope.ts";
import { derivedUuid, type TaskId, type UserId } from "../../../schemas/ids.ts";
import { type Minor, minor } from "../../../schemas/money.ts";
import { message } from "../payment/one-partition.ts";

export const PEOPLE = [1, 2, 3, 4].map((n) => derivedUuid(n, "person") as UserId);
export const DATES = ["2026-10-05", "2026-10-06", "2026-10-07"] as BusinessDate[];
const AT = "2026-10-05T10:00:00.000Z";

interface Step {
  readonly kind: EntryKind | "completed" | "registered" | "renamed" | "next date";
  readonly who: number;
  readonly amount: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(
    "fee",
    "fee",
    "reward",
    "reward",
    "payout",
    "payout-return",
    "bonus",
    "correction",
    "completed",
    "registered",
    "renamed",
    "next date",
  ),
  who: fc.nat({ max: PEOPLE.length - 1 }),
  amount: fc.integer({ min: 1, max: 9_999 }),
});

/** A history: dates only move forward, entries of an account chain, a task is completed once. */
export const history: fc.Arbitrary<Envelope[]> = fc.array(step, { maxLength: 60 }).map((steps) => {
  const heads = new Map<UserId, Head>();
  let date = 0;
  return steps.flatMap(({ kind, who, amount }, index) => {
    const id = PEOPLE[who] as UserId;
    const businessDate = DATES[date] as BusinessDate;
    if (kind === "next date") {
      date = Math.min(date + 1, DATES.length - 1);
      return [];
    }
    if (kind === "completed") return [completed(id, businessDate, minor(amount), index)];
    if (kind === "registered" || kind === "renamed") return [person(kind, id, `Popug ${index}`)];
    const head = heads.get(id) ?? { id, balanceMinor: minor(0), entries: 0, headHash: "" };
    const entry = entryOf(head, {
      transferId: derivedUuid(index, "transfer"),
      kind,
      amountMinor: signed(kind, amount),
      businessDate,
      occurredAt: AT,
      traceId: "0af7651916cd43dd8448eb211c80319c",
    });
    heads.set(id, headAfter(entry));
    return [message("ledger.entry-posted", entry, `account/${id}`)];
  });
});

function signed(kind: EntryKind, amount: number): Minor {
  const isCharged = kind === "fee" || kind === "payout" || (kind === "correction" && amount % 2 === 0);
  return minor(isCharged ? -amount : amount);
}

function person(kind: "registered" | "renamed", userId: UserId, name: string): Envelope {
  const profile = {
    userId,
    name,
    locale: "en" as const,
    notifications: { assigned: true, receipt: true, statement: true },
    occurredAt: AT,
  };
  if (kind === "renamed") return message("user.profile-changed", profile, `user/${userId}`);
  return message(
    "user.registered",
    { ...profile, email: "popug@test.local", role: "employee" },
    `user/${userId}`,
  );
}

export function completed(
  assigneeId: UserId,
  businessDate: BusinessDate,
  rewardMinor: Minor,
  number: number,
  jiraId?: string,
): Envelope<"task.completed"> {
  const taskId = derivedUuid(number, "task") as TaskId;
  return message(
    "task.completed",
    {
      taskId,
      number: number + 1,
      title: `Task ${number}`,
      ...(jiraId === undefined ? {} : { jiraId }),
      assigneeId,
      feeMinor: minor(1_000),
      rewardMinor,
      by: assigneeId,
      businessDate,
      occurredAt: AT,
    },
    `task/${taskId}`,
  );
}

/** The same facts in the same order, cut into batches. */
export function batched(facts: readonly Envelope[], sizes: readonly number[]): Envelope[][] {
  const batches: Envelope[][] = [];
  for (let from = 0, i = 0; from < facts.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    batches.push(facts.slice(from, from + size));
    from += size;
  }
  return batches;
}
