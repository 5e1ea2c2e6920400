/** What the board answers to an accepted command: the resource as it is after the facts (api.md). */
import type { Envelope } from "../../schemas/envelope.ts";
import type { DayCloseAnswer, Person, TaskResource } from "../../schemas/resources.ts";
import type { Context } from "../runtime/actor.ts";
import type { BoardState, Task } from "./state.ts";
import { newTaskId } from "./task.ts";

export function answer(state: BoardState, message: Envelope, context: Context): unknown {
  switch (message.type) {
    case "task.create":
      return resourceOf(state.task(newTaskId(context)), state);
    case "task.edit":
    case "task.start":
    case "task.complete":
    case "task.cancel":
      return resourceOf(state.task(message.data.taskId), state);
    case "tasks.shuffle":
      return { jobId: context.id("job") };
    case "tasks.import":
      return { jobId: message.data.jobId };
    case "day.close": {
      // The board knows that the date has ended, not whether it is sealed yet: the days page shows that (DAY-6).
      const closing: DayCloseAnswer = { businessDate: message.data.businessDate, state: "closing" };
      return closing;
    }
    default:
      return undefined;
  }
}

function resourceOf(task: Task | undefined, state: BoardState): TaskResource | undefined {
  if (task === undefined) return undefined;
  return {
    id: task.id,
    number: task.number,
    title: task.title,
    jiraId: task.jiraId ?? null,
    description: task.description ?? null,
    status: task.status,
    assignee: personOf(state, task.assigneeId),
    createdBy: personOf(state, task.createdBy),
    feeMinor: task.feeMinor,
    rewardMinor: task.rewardMinor,
    // The entries follow the facts: at the moment of the answer they are still on their way (TT-11).
    billing: { fee: "pending", reward: task.status === "done" ? "pending" : "none" },
    createdAt: task.createdAt,
    assignedAt: task.assignedAt,
    completedAt: task.completedAt ?? null,
    version: task.version,
  };
}

function personOf(state: BoardState, id: Task["assigneeId"]): Person {
  return { id, name: state.person(id)?.name ?? "" };
}
