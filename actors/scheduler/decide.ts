/** The scheduler's decisions: one line per message, each in a file of its subject. Pure (G7). */
import type { Envelope } from "../../schemas/envelope.ts";
import type { Type } from "../../schemas/generated/messages.ts";
import { type Context, type Decision, NOTHING } from "../runtime/actor.ts";
import { keepSealed, passCutOff } from "./day.ts";
import { meetDueTime } from "./firing.ts";
import { keepPerson } from "./people.ts";
import { changeSchedule, createSchedule, removeSchedule, runSchedule } from "./schedule.ts";
import type { SchedulerState } from "./state.ts";
import { continueBonuses, endMonth } from "./work.ts";

export const HANDLES: ReadonlySet<Type> = new Set<Type>([
  "cutoff.reached",
  "schedule.create",
  "schedule.change",
  "schedule.remove",
  "schedule.run",
  "schedule.due",
  "bonus.continue",
  "month.end",
  "day.closed",
  "user.registered",
  "user.role-changed",
  "user.disabled",
  "user.enabled",
]);

export function decide(state: SchedulerState, message: Envelope, context: Context): Decision {
  switch (message.type) {
    case "cutoff.reached":
      return passCutOff(message, context);
    case "schedule.create":
      return createSchedule(state, message, context);
    case "schedule.change":
      return changeSchedule(state, message, context);
    case "schedule.remove":
      return removeSchedule(state, message, context);
    case "schedule.run":
      return runSchedule(state, message, context);
    case "schedule.due":
      return meetDueTime(state, message, context);
    case "bonus.continue":
      return continueBonuses(state, message, context);
    case "month.end":
      return endMonth(state, message, context);
    case "day.closed":
      return keepSealed(message);
    case "user.registered":
    case "user.role-changed":
    case "user.disabled":
    case "user.enabled":
      return keepPerson(state, message);
    default:
      return NOTHING;
  }
}
