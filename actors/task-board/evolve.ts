/** What each of the board's facts changes (G7): the entities in their new form. Total: an unknown fact changes nothing. */
import type {
  DayEndedV2,
  JobProgressedV2,
  TaskAssignedV2,
  TaskCompletedV2,
  TaskCreatedV2,
} from "../../schemas/generated/messages.ts";
import type { UserId } from "../../schemas/ids.ts";
import { partitionOf } from "../../streams/partition.ts";
import { type ControlTotals, NO_TOTALS, sum, withFee, withReward } from "../ledger/control-totals.ts";
import { plus, weightOf } from "../ledger/whose.ts";
import type { Fact } from "../runtime/actor.ts";
import {
  type Board,
  type BoardEntity,
  type BoardState,
  type Import,
  type Shuffle,
  type Task,
  taskKey,
} from "./state.ts";

/** Enough to tell a former assignee of the last rounds; older ones hear that they are not the assignee. */
const FORMER_MAX = 20;

export function evolve(state: BoardState, fact: Fact): readonly BoardEntity[] {
  switch (fact.type) {
    case "task.created":
      return [createdTask(fact.data), { ...state.board, lastNumber: fact.data.number }];
    case "task.assigned":
      return [...assigned(state.task(fact.data.taskId), fact.data), charged(state.board, fact.data)];
    case "task.started":
      return changed(state, fact.data.taskId, { status: "in-progress" });
    case "task.edited": {
      const { title, jiraId, description } = fact.data;
      return changed(state, fact.data.taskId, { title, jiraId, description });
    }
    case "task.completed": {
      const { taskId, occurredAt, businessDate } = fact.data;
      const completed = { status: "done", completedAt: occurredAt, completedDate: businessDate } as const;
      const done = changed(state, taskId, completed);
      return [...done, rewarded(state.board, fact.data)];
    }
    case "task.cancelled":
      return changed(state, fact.data.taskId, { status: "cancelled" });
    case "job.progressed":
      return progressed(state, fact.data);
    case "day.ended":
      return fact.topic === "day" ? [dated(state.board, fact.data)] : [];
    default:
      return [];
  }
}

function createdTask(data: TaskCreatedV2): Task {
  return {
    key: taskKey(data.taskId),
    id: data.taskId,
    number: data.number,
    title: data.title,
    jiraId: data.jiraId,
    description: data.description,
    status: "open",
    assigneeId: data.assigneeId,
    formerIds: [],
    createdBy: data.by,
    feeMinor: data.feeMinor,
    rewardMinor: data.rewardMinor,
    assignments: 0,
    createdAt: data.occurredAt,
    assignedAt: data.occurredAt,
    completedAt: undefined,
    createdDate: data.businessDate,
    completedDate: undefined,
    version: 0,
  };
}

/** A reassigned task is open again: nobody has begun it for its new assignee. */
function assigned(task: Task | undefined, data: TaskAssignedV2): Task[] {
  if (task === undefined) return [];
  const former = data.previousAssigneeId;
  const others = task.formerIds.filter((id) => id !== former && id !== data.assigneeId);
  const formerIds = former === undefined ? others : [...others, former].slice(-FORMER_MAX);
  return [
    {
      ...task,
      status: "open",
      assigneeId: data.assigneeId,
      formerIds,
      assignments: data.assignment,
      assignedAt: data.occurredAt,
      version: task.version + 1,
    },
  ];
}

function changed(state: BoardState, taskId: string, change: Partial<Task>): Task[] {
  const task = state.task(taskId);
  return task === undefined ? [] : [{ ...task, ...change, version: task.version + 1 }];
}

function charged(board: Board, { assigneeId, feeMinor }: TaskAssignedV2): Board {
  return withTotals(board, assigneeId, withFee(NO_TOTALS, feeMinor));
}

function rewarded(board: Board, { assigneeId, rewardMinor }: TaskCompletedV2): Board {
  return withTotals(board, assigneeId, withReward(NO_TOTALS, rewardMinor));
}

function withTotals(board: Board, id: UserId, more: ControlTotals): Board {
  const partition = partitionOf(id, board.totals.length);
  const totals = board.totals.map((each, index) => (index === partition ? sum([each, more]) : each));
  const weights = board.totals.map((_, index) => {
    const weight = board.weights[index] ?? 0;
    return index === partition ? plus(weight, weightOf(id, more)) : weight;
  });
  return { ...board, totals, weights };
}

/** The rows of a piece that is done are not needed any more. */
function progressed(board: BoardState, data: JobProgressedV2): BoardEntity[] {
  const { jobId, creatorId, upTo, cursor, total } = data;
  const state = data.state === "failed" ? "done" : data.state;
  const common = { jobId, creatorId, state, upTo, cursor, total };
  const { shuffles, imports } = board.board;
  if (data.kind === "shuffle") {
    return [{ ...board.board, shuffles: queued(shuffles, { ...common, result: data.result }) }];
  }
  const next = { ...board.board, imports: queued(imports, { ...common, result: data.result }) };
  const piece = board.piece(jobId, cursor);
  return piece === undefined ? [next] : [next, { ...piece, rows: [] }];
}

/** Jobs keep their order; one that is done leaves the queue. */
function queued<J extends Shuffle | Import>(jobs: readonly J[], next: J): readonly J[] {
  if (next.state === "done") return jobs.filter(({ jobId }) => jobId !== next.jobId);
  const known = jobs.some(({ jobId }) => jobId === next.jobId);
  return known ? jobs.map((job) => (job.jobId === next.jobId ? next : job)) : [...jobs, next];
}

function dated(board: Board, { nextDate }: DayEndedV2): Board {
  return { ...board, businessDate: nextDate, totals: board.totals.map(() => NO_TOTALS), weights: [] };
}
