/** The task board as the runtime sees it. One partition: shuffles and the business date are one order for the company. */
import type { Envelope } from "../../schemas/envelope.ts";
import type { Actor } from "../runtime/actor.ts";
import { answer } from "./answer.ts";
import { decide, due, HANDLES } from "./decide.ts";
import { evolve } from "./evolve.ts";
import { type BoardEntity, BoardState, personKey, pieceKey, taskKey } from "./state.ts";

export const taskBoard: Actor<BoardEntity, BoardState> = {
  kind: "task-board",
  handles: HANDLES,
  newState: (_partition, company) => new BoardState(company),
  /** A task is an actor of its own, also one that is yet to be; so are the shuffle, each import, the day, and each person. */
  mailbox: ({ type, id, subject }) => (type === "task.create" ? taskKey(id) : subject),
  afterLastAttempt: () => "hold",
  needs,
  due,
  decide,
  answer,
  evolve,
};

/** People and open tasks are always hot; a task that is not among them may be done, cancelled or unknown. */
function needs(message: Envelope): readonly string[] {
  switch (message.type) {
    case "task.edit":
    case "task.start":
    case "task.complete":
    case "task.cancel":
      return [taskKey(message.data.taskId)];
    case "import.continue":
      return [pieceKey(message.data.jobId, message.data.piece)];
    case "user.registered":
    case "user.role-changed":
    case "user.disabled":
    case "user.enabled":
    case "user.profile-changed":
      return [personKey(message.data.userId)];
    default:
      return [];
  }
}
