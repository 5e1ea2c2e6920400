/**
 * Shuffle (TT-4..6): every open task gets an independent uniform draw over all eligible people. Presses are executed in
 * order, one after another, each in pieces; between two pieces other commands get their turn. Drawing the current
 * assignee changes nothing; a task completed meanwhile is skipped.
 */
import type { Envelope } from "../../schemas/envelope.ts";
import type { TaskAssignedV2 } from "../../schemas/generated/messages.ts";
import type { JobId, UserId } from "../../schemas/ids.ts";
import { rejected } from "../../schemas/rejections.ts";
import { type Context, type Decision, type Fact, type Later, NOTHING } from "../runtime/actor.ts";
import { fact } from "../runtime/fact.ts";
import { type BoardState, type Shuffle, type Task, taskKey } from "./state.ts";
import { reassigned, senderOf } from "./task.ts";

/** Who comes with the press waits for it and the first piece, which is a small one. */
const FIRST_PIECE_TASKS = 50;

export function pressShuffle(
  state: BoardState,
  message: Envelope<"tasks.shuffle">,
  context: Context,
): Decision {
  if (message.senderrole !== "manager" && message.senderrole !== "admin") {
    return rejected("not_allowed", "Only a manager or an admin shuffles.");
  }
  if (state.eligible.length === 0) return rejected("nobody_to_assign");
  const jobId = context.id("job") as JobId;
  const pressed: Shuffle = {
    jobId,
    creatorId: senderOf(message),
    state: "queued",
    upTo: 0,
    cursor: 0,
    total: 0,
    result: { moved: 0, unchanged: 0, skipped: 0 },
  };
  const isFirst = state.board.shuffles.length === 0;
  return {
    accepted: true,
    facts: [progressed(pressed, context)],
    later: isFirst ? [continuation(jobId, context)] : [],
  };
}

export function continueShuffle(
  state: BoardState,
  message: Envelope<"shuffle.continue">,
  context: Context,
): Decision {
  const current = state.board.shuffles[0];
  if (current === undefined || current.jobId !== message.data.jobId) return NOTHING;
  const isFirst = current.state === "queued";
  const shuffle = isFirst ? begun(current, state) : current;
  const size = Math.min(state.pieceTasks, isFirst ? FIRST_PIECE_TASKS : Number.POSITIVE_INFINITY);
  const piece = state.openTasks(shuffle.cursor, shuffle.upTo, size);
  const moves = piece.flatMap((task) => move(task, shuffle, state, context));
  const isLast = piece.length < size;
  const next = isLast ? ended(shuffle, piece, moves.length) : advanced(shuffle, piece, moves.length);
  const following = next.state === "done" ? state.board.shuffles[1] : next;
  return {
    accepted: true,
    facts: [...moves, progressed(next, context)],
    later: following === undefined ? [] : [continuation(following.jobId, context)],
  };
}

/** What is open now is what this press shuffles. */
function begun(shuffle: Shuffle, state: BoardState): Shuffle {
  return { ...shuffle, state: "running", upTo: state.board.lastNumber, total: state.openCount };
}

function move(task: Task, shuffle: Shuffle, state: BoardState, context: Context): Fact[] {
  const { eligible } = state;
  if (eligible.length === 0) return [];
  const drawn = eligible[context.pick(eligible.length, "shuffle", shuffle.jobId, task.id)] as UserId;
  if (drawn === task.assigneeId) return [];
  const data = { ...reassigned(task, drawn, shuffle.creatorId, state, context), jobId: shuffle.jobId };
  return [fact("task.assigned", taskKey(task.id), drawn, data as TaskAssignedV2)];
}

function advanced(shuffle: Shuffle, piece: readonly Task[], moved: number): Shuffle {
  const result = {
    ...shuffle.result,
    moved: shuffle.result.moved + moved,
    unchanged: shuffle.result.unchanged + piece.length - moved,
  };
  return { ...shuffle, result, cursor: piece.at(-1)?.number ?? shuffle.upTo };
}

function ended(shuffle: Shuffle, piece: readonly Task[], moved: number): Shuffle {
  const { result, total, upTo } = advanced(shuffle, piece, moved);
  const skipped = total - result.moved - result.unchanged;
  return { ...shuffle, state: "done", cursor: upTo, result: { ...result, skipped } };
}

function progressed(shuffle: Shuffle, context: Context): Fact {
  const { jobId, creatorId, state, upTo, cursor, total, result } = shuffle;
  const done = state === "done" ? total : result.moved + result.unchanged;
  return fact("job.progressed", `job/${jobId}`, jobId, {
    jobId,
    kind: "shuffle",
    creatorId,
    state,
    done,
    total,
    upTo,
    cursor,
    result,
    occurredAt: context.now,
  });
}

function continuation(jobId: JobId, context: Context): Later {
  return {
    word: "continue",
    dueAtMs: context.nowMs,
    type: "shuffle.continue",
    subject: "shuffle",
    data: { jobId },
  };
}
