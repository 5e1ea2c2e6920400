/** The board's decisions: one line per message, each in a file of its subject. Pure (G7). */
import type { Envelope } from "../../schemas/envelope.ts";
import type { Type } from "../../schemas/generated/messages.ts";
import { type Context, type Decision, type Due, NOTHING } from "../runtime/actor.ts";
import { closeDay, overdue } from "./day.ts";
import { continueImport, startImport } from "./import.ts";
import { keepPerson } from "./people.ts";
import { continueShuffle, pressShuffle } from "./shuffle.ts";
import type { BoardState } from "./state.ts";
import { cancelTask, completeTask, createTask, editTask, startTask } from "./task.ts";

export const HANDLES: ReadonlySet<Type> = new Set<Type>([
  "task.create",
  "task.edit",
  "task.start",
  "task.complete",
  "task.cancel",
  "tasks.shuffle",
  "shuffle.continue",
  "tasks.import",
  "import.continue",
  "day.close",
  "user.registered",
  "user.role-changed",
  "user.disabled",
  "user.enabled",
  "user.profile-changed",
]);

export function decide(state: BoardState, message: Envelope, context: Context): Decision {
  switch (message.type) {
    case "task.create":
      return createTask(state, message, context);
    case "task.edit":
      return editTask(state, message, context);
    case "task.start":
      return startTask(state, message, context);
    case "task.complete":
      return completeTask(state, message, context);
    case "task.cancel":
      return cancelTask(state, message, context);
    case "tasks.shuffle":
      return pressShuffle(state, message, context);
    case "shuffle.continue":
      return continueShuffle(state, message, context);
    case "tasks.import":
      return startImport(state, message, context);
    case "import.continue":
      return continueImport(state, message, context);
    case "day.close":
      return closeDay(state, message, context);
    case "user.registered":
    case "user.role-changed":
    case "user.disabled":
    case "user.enabled":
    case "user.profile-changed":
      return keepPerson(state, message);
    default:
      return NOTHING;
  }
}

/** The cut-off of the board's date has passed: the date ends before anything else is stamped with it (DAY-1). */
export function due(state: BoardState, context: Context): Due | undefined {
  const date = overdue(state, context);
  return date === undefined ? undefined : { type: "day.close", subject: "day", data: { businessDate: date } };
}
