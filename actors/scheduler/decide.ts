/**
 * The scheduler (DAY-2): when the cut-off of a date has passed it sends the board the command to close the date, and
 * sets the timer of the next. After a time of standing still the timers fire one after another: every missed date is
 * closed, in order. A date that was closed by hand meanwhile is closed already, and the command changes nothing.
 */
import { type BusinessDate, endOfDateMs, nextDate } from "../../schemas/business-date.ts";
import type { Envelope } from "../../schemas/envelope.ts";
import { type Context, type Decision, type Later, NOTHING } from "../runtime/actor.ts";
import type { Entities, Entity } from "../runtime/entities.ts";

export function decide(_state: Entities<Entity>, message: Envelope, context: Context): Decision {
  if (message.type !== "cutoff.reached") return NOTHING;
  const { businessDate } = message.data;
  return {
    accepted: true,
    facts: [],
    orders: [{ type: "day.close", topic: "task-board", subject: "day", key: "day", data: { businessDate } }],
    later: [cutOff(nextDate(businessDate), context)],
  };
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
