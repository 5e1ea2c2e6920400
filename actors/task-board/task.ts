/**
 * A task's life (TT-2, TT-3, TT-7..9): created and assigned at once, started, completed by its assignee alone,
 * cancelled while open, its words edited. Facts carry everything a consumer needs.
 */
import type { Envelope } from "../../schemas/envelope.ts";
import type { TaskStartedV2 } from "../../schemas/generated/messages.ts";
import type { TaskId, UserId } from "../../schemas/ids.ts";
import type { ImportedWords } from "../../schemas/imported-task.ts";
import { type Rejected, rejected } from "../../schemas/rejections.ts";
import { drawPrices } from "../ledger/pricing.ts";
import { type Context, type Decision, type Fact, NOTHING } from "../runtime/actor.ts";
import { fact } from "../runtime/fact.ts";
import { type BoardState, type Task, taskKey } from "./state.ts";

/** The id of the task that a create command makes: the same on every redelivery. */
export function newTaskId(context: Context): TaskId {
  return context.id("task") as TaskId;
}

export function createTask(state: BoardState, message: Envelope<"task.create">, context: Context): Decision {
  if (state.eligible.length === 0) return rejected("nobody_to_assign");
  const task = { ...message.data, taskId: newTaskId(context), number: state.board.lastNumber + 1 };
  return { accepted: true, facts: created(task, senderOf(message), state, context) };
}

export interface NewTask extends ImportedWords {
  readonly taskId: TaskId;
  readonly number: number;
}

/** The facts of a new task (TT-2, TT-3): it appears, and somebody eligible has it at once. */
export function created(task: NewTask, by: UserId, state: BoardState, context: Context): Fact[] {
  const { eligible, board } = state;
  const { taskId, number, title, jiraId, description } = task;
  const assigneeId = eligible[context.pick(eligible.length, "assignee", taskId)] as UserId;
  const snapshot = {
    taskId,
    number,
    title,
    ...(jiraId === undefined ? {} : { jiraId }),
    assigneeId,
    ...drawPrices(taskId, context),
    by,
    businessDate: board.businessDate,
    occurredAt: context.now,
  };
  const told = description === undefined ? snapshot : { ...snapshot, description };
  return [
    fact("task.created", taskKey(taskId), assigneeId, told),
    fact("task.assigned", taskKey(taskId), assigneeId, { ...snapshot, assignment: 1 }),
  ];
}

export function editTask(state: BoardState, message: Envelope<"task.edit">, context: Context): Decision {
  const task = state.task(message.data.taskId);
  if (task === undefined) return rejected("task_not_found");
  if (!mayManage(task, message)) return rejected("not_allowed");
  const { ifVersion, title, jiraId, description } = message.data;
  if (ifVersion !== undefined && ifVersion !== task.version) {
    return rejected(
      "version_conflict",
      `The task is at version ${task.version}, the request names ${ifVersion}.`,
    );
  }
  if (task.status === "cancelled") return rejected("task_not_open");
  const words = {
    title: title ?? task.title,
    jiraId: jiraId === undefined ? task.jiraId : (jiraId ?? undefined),
    description: description === undefined ? task.description : (description ?? undefined),
  };
  const same =
    words.title === task.title && words.jiraId === task.jiraId && words.description === task.description;
  if (same) return NOTHING;
  const { jiraId: _, ...snapshot } = snapshotOf(task, state, message, context);
  const data = {
    ...snapshot,
    ...defined({ jiraId: words.jiraId, description: words.description }),
    title: words.title,
  };
  return { accepted: true, facts: [fact("task.edited", task.key, task.assigneeId, data)] };
}

export function startTask(state: BoardState, message: Envelope<"task.start">, context: Context): Decision {
  const task = state.task(message.data.taskId);
  if (task === undefined) return rejected("task_not_found");
  const refusal = refuseUnlessAssignee(task, message);
  if (refusal !== undefined) return refusal;
  if (task.status === "in-progress") return NOTHING;
  if (task.status !== "open") return rejected("task_not_open");
  return {
    accepted: true,
    facts: [fact("task.started", task.key, task.assigneeId, snapshotOf(task, state, message, context))],
  };
}

/** Completing twice is one completion: the same answer, no second fact (TT-8). */
export function completeTask(
  state: BoardState,
  message: Envelope<"task.complete">,
  context: Context,
): Decision {
  const task = state.task(message.data.taskId);
  if (task === undefined) return rejected("task_not_found");
  const refusal = refuseUnlessAssignee(task, message);
  if (refusal !== undefined) return refusal;
  if (task.status === "done") return NOTHING;
  if (task.status === "cancelled") return rejected("task_not_open");
  return {
    accepted: true,
    facts: [fact("task.completed", task.key, task.assigneeId, snapshotOf(task, state, message, context))],
  };
}

export function cancelTask(state: BoardState, message: Envelope<"task.cancel">, context: Context): Decision {
  const task = state.task(message.data.taskId);
  if (task === undefined) return rejected("task_not_found");
  if (!mayManage(task, message)) return rejected("not_allowed");
  if (task.status === "cancelled") return NOTHING;
  if (task.status !== "open")
    return rejected("task_not_open", `The task is ${task.status}; only an open task can be cancelled.`);
  return {
    accepted: true,
    facts: [fact("task.cancelled", task.key, task.assigneeId, snapshotOf(task, state, message, context))],
  };
}

/** The fact that the task goes to somebody else (TT-4): one more assignment, one more fee. */
export function reassigned(
  task: Task,
  assigneeId: UserId,
  by: UserId,
  state: BoardState,
  context: Context,
): Fact["data"] & { assignment: number } {
  return {
    ...factsOf(task),
    assigneeId,
    previousAssigneeId: task.assigneeId,
    assignment: task.assignments + 1,
    by,
    businessDate: state.board.businessDate,
    occurredAt: context.now,
  };
}

function snapshotOf(task: Task, state: BoardState, message: Envelope, context: Context): TaskStartedV2 {
  return {
    ...factsOf(task),
    by: senderOf(message),
    businessDate: state.board.businessDate,
    occurredAt: context.now,
  };
}

function factsOf(
  task: Task,
): Pick<TaskStartedV2, "taskId" | "number" | "title" | "jiraId" | "assigneeId" | "feeMinor" | "rewardMinor"> {
  const { id, number, title, jiraId, assigneeId, feeMinor, rewardMinor } = task;
  return { taskId: id, number, title, ...defined({ jiraId }), assigneeId, feeMinor, rewardMinor };
}

function refuseUnlessAssignee(task: Task, message: Envelope): Rejected | undefined {
  const sender = senderOf(message);
  if (sender === task.assigneeId) return undefined;
  return rejected(task.formerIds.includes(sender) ? "task_reassigned" : "not_assignee");
}

function mayManage(task: Task, message: Envelope): boolean {
  return (
    senderOf(message) === task.createdBy || message.senderrole === "manager" || message.senderrole === "admin"
  );
}

export function senderOf(message: Envelope): UserId {
  if (message.senderid === undefined) throw new Error(`expected a sender of ${message.type}, got none`);
  return message.senderid;
}

/** Without the properties that are undefined: absent and undefined differ in JSON. */
function defined<T extends object>(properties: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
