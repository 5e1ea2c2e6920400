/**
 * The day's close (DAY-2): when the cut-off of a date has passed the board is sent the command to close the date, and the
 * timer of the next is set. After a time of standing still the timers fire one after another: every missed date is
 * closed, in order. A date that was closed by hand meanwhile is closed already, and the command changes nothing.
 */
import { type BusinessDate, endOfDateMs, nextDate } from "../../schemas/business-date.ts";
import type { Envelope } from "../../schemas/envelope.ts";
import type { Context, Decision, Later } from "../runtime/actor.ts";
import type { Sealed } from "./state.ts";

export function passCutOff(message: Envelope<"cutoff.reached">, context: Context): Decision {
  const { businessDate } = message.data;
  return {
    accepted: true,
    facts: [],
    orders: [{ type: "day.close", topic: "task-board", subject: "day", key: "day", data: { businessDate } }],
    later: [cutOff(nextDate(businessDate), context)],
  };
}

/** Up to which date statements may be made; days are sealed in their order. */
export function keepSealed(message: Envelope<"day.closed">): Decision {
  const sealed: Sealed = { key: "sealed", upTo: message.data.businessDate };
  return { accepted: true, facts: [], replicas: [sealed] };
}

function cutOff(businessDate: BusinessDate, context: Context): Later {
  return {
    word: `cut-off ${businessDate}`,
    dueAtMs: endOfDateMs(businessDate, context.company),
    type: "cutoff.reached",
    subject: "cut-off",
    data: { businessDate },
  };
}
