/**
 * Closing the company's day (DAY-3..6): when the board's word and every account partition's have come, the day is
 * sealed. Channels keep the order of the dates, so days are complete, and sealed, in that order. Pure (G7).
 */
import type { Envelope } from "../../schemas/envelope.ts";
import type { DayClosedV1, Type } from "../../schemas/generated/messages.ts";
import { minor } from "../../schemas/money.ts";
import { sum } from "../ledger/control-totals.ts";
import { sealHash } from "../ledger/seal.ts";
import { type Context, type Decision, NOTHING } from "../runtime/actor.ts";
import { fact } from "../runtime/fact.ts";
import type { Day, DayState, LastSeal, PartitionClosed } from "./state.ts";

export const HANDLES: ReadonlySet<Type> = new Set<Type>(["day.ended", "day.partition-closed"]);

export function decide(state: DayState, message: Envelope, context: Context): Decision {
  const day = told(state, message);
  if (day === undefined) return NOTHING;
  if (day.sent === undefined || day.partitions.length < context.company.partitions) {
    return { accepted: true, facts: [], replicas: [day] };
  }
  return seal(day, state.lastSeal, context);
}

/** The day that the message is about, with what the message says; a sealed day hears nothing more (DAY-6). */
function told(state: DayState, message: Envelope): Day | undefined {
  switch (message.type) {
    case "day.ended": {
      const { businessDate, totals, occurredAt } = message.data;
      const day = state.day(businessDate);
      return day.state === "closed" ? undefined : { ...day, sent: totals, endedAt: occurredAt };
    }
    case "day.partition-closed": {
      const { businessDate, occurredAt: _, ...part } = message.data;
      const day = state.day(businessDate);
      return day.state === "closed" ? undefined : { ...day, partitions: withPart(day.partitions, part) };
    }
    default:
      return undefined;
  }
}

function withPart(parts: readonly PartitionClosed[], part: PartitionClosed): PartitionClosed[] {
  return [...parts.filter((each) => each.partition !== part.partition), part].sort(
    (a, b) => a.partition - b.partition,
  );
}

function seal(day: Day, previous: string, context: Context): Decision {
  const { businessDate, partitions } = day;
  const seal = sealHash(previous, businessDate, partitions);
  const closed: Day = { ...day, state: "closed", sealHash: seal, closedAt: context.now };
  const lastSeal: LastSeal = { key: "last-seal", sealHash: seal };
  const data: DayClosedV1 = {
    businessDate,
    totals: sum(partitions.map((part) => part.posted)),
    payouts: partitions.reduce((count, part) => count + part.payouts, 0),
    payoutsMinor: minor(partitions.reduce((total, part) => total + part.payoutsMinor, 0)),
    sealHash: seal,
    occurredAt: context.now,
  };
  return {
    accepted: true,
    facts: [fact("day.closed", closed.key, businessDate, data)],
    replicas: [closed, lastSeal],
  };
}
