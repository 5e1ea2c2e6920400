/**
 * What a schedule does when it fires (JOB-1): a task by the board's own command, so that who gets it is drawn as ever; a
 * round of bonuses; the word that a month's statements are due.
 */
import { type BusinessDate, businessDateAt, plusDays } from "../../schemas/business-date.ts";
import type { Envelope } from "../../schemas/envelope.ts";
import type { UserId } from "../../schemas/ids.ts";
import { type Accepted, type Context, type Decision, type Later, NOTHING } from "../runtime/actor.ts";
import { fact, factTo } from "../runtime/fact.ts";
import { type Schedule, type SchedulePerson, type SchedulerState, scheduleKey } from "./state.ts";

/** A month whose last dates are still being closed is looked at again after so long. */
const SEAL_WAIT_MS = 60_000;

export function doWork(schedule: Schedule, dueMs: number, context: Context): Accepted {
  const { id: scheduleId, key, work, writtenBy } = schedule;
  switch (work.kind) {
    case "task": {
      const { kind: _, ...data } = work;
      const order = { type: "task.create", topic: "task-board", subject: key, key } as const;
      return { ...NOTHING, orders: [{ ...order, data, sender: { id: authorOf(schedule), role: "admin" } }] };
    }
    case "bonus": {
      const data = { scheduleId, work, by: authorOf({ id: scheduleId, writtenBy }) };
      return { ...NOTHING, later: [soon("bonus.continue", key, data, context)] };
    }
    case "statement": {
      const data = { month: monthBefore(businessDateAt(dueMs, context.company)) };
      return { ...NOTHING, later: [soon("month.end", key, data, context)] };
    }
    default:
      throw new Error(`no work named ${JSON.stringify(work satisfies never)}`);
  }
}

/** Where the company's one partition hears it once. */
const WHOLE = { topic: "day", partition: 0 } as const;

/** The next people who get a bonus; the round goes on until there are no more. */
export function continueBonuses(
  state: SchedulerState,
  message: Envelope<"bonus.continue">,
  context: Context,
): Decision {
  const { scheduleId, work, by } = message.data;
  const page = state.pageOf(message.id).filter((entity): entity is SchedulePerson => "role" in entity);
  const entitled = page.filter(({ active, role }) => active && work.roles.includes(role));
  const subject = scheduleKey(scheduleId);
  const facts = entitled.flatMap(({ id: accountId }) => {
    const bonusId = context.id(`bonus ${accountId}`);
    const { amountMinor, reason } = work;
    const data = { bonusId, scheduleId, accountId, amountMinor, reason, by, occurredAt: context.now };
    return [fact("bonus.granted", subject, accountId, data), factTo("bonus.granted", WHOLE, subject, data)];
  });
  const last = page.at(-1);
  if (last === undefined || page.length < state.piecePeople) return { accepted: true, facts };
  const rest = { ...message.data, after: last.id };
  return { accepted: true, facts, later: [soon("bonus.continue", scheduleKey(scheduleId), rest, context)] };
}

/** Statements hold the payouts of the month's last date: they are due when that date is sealed (DAY-6, PAY-4). */
export function endMonth(state: SchedulerState, message: Envelope<"month.end">, context: Context): Decision {
  const { month } = message.data;
  const last = lastDateOf(month);
  if (last < context.company.firstDate) return NOTHING;
  if (state.sealedUpTo === undefined || state.sealedUpTo < last) {
    const again = soon("month.end", message.subject, message.data, context);
    return { ...NOTHING, later: [{ ...again, dueAtMs: context.nowMs + SEAL_WAIT_MS }] };
  }
  const everywhere = Array.from({ length: context.company.partitions }, (_, partition) => ({
    topic: "schedules" as const,
    partition,
  }));
  const data = { month, occurredAt: context.now };
  const facts = [...everywhere, WHOLE].map((to) => factTo("month.ended", to, `month/${month}`, data));
  return { accepted: true, facts };
}

function soon<T extends "bonus.continue" | "month.end">(
  type: T,
  subject: string,
  data: Envelope<T>["data"],
  context: Context,
): Later {
  return { word: type, dueAtMs: context.nowMs, type, subject, data } as Later;
}

function authorOf({ id, writtenBy }: Pick<Schedule, "id" | "writtenBy">): UserId {
  if (writtenBy === undefined) throw new Error(`expected who wrote schedule ${id}, got nobody`);
  return writtenBy;
}

/** `YYYY-MM` of the month before the date's. */
export function monthBefore(date: BusinessDate): string {
  return Temporal.PlainYearMonth.from(date.slice(0, 7)).subtract({ months: 1 }).toString();
}

function lastDateOf(month: string): BusinessDate {
  const first = Temporal.PlainYearMonth.from(month).add({ months: 1 }).toPlainDate({ day: 1 }).toString();
  return plusDays(first as BusinessDate, -1);
}
