import type { Task } from "../api/resources.ts";
import { may } from "../rules/may.ts";
import { session } from "../session.ts";
import { boardCursor } from "../store/board-cursor.ts";
import { selection } from "../store/selection.ts";
import { taskActions } from "../store/task-actions.ts";
import { toasts } from "../store/toasts.ts";
import { useKey } from "./use-key.ts";

const MOVES = ["ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "Home", "End"] as const;

/** The keys of the board: arrows go about, the letters do something with the task that has the focus. */
export function useBoardKeys(): void {
  useKey(MOVES, (key) => isFree() && boardCursor.move(key));
  useKey("x", () => withTask((task) => selection.toggle(task.id)));
  useKey("s", () => withTask((task) => act(task, may.start, taskActions.start)));
  useKey("d", () => withTask((task) => act(task, may.complete, taskActions.complete)));
  useKey("Escape", () => (selection.chosen.value.size > 0 ? selection.clear() : false));
}

/** Arrows keep their meaning wherever something else has the focus. */
function isFree(): boolean {
  const { activeElement } = document;
  if (activeElement === null || activeElement === document.body || activeElement.tagName === "H1")
    return true;
  return activeElement.closest("[data-row]") !== null;
}

function withTask(act: (task: Task) => unknown): unknown {
  const task = boardCursor.task();
  return task === undefined ? false : act(task);
}

function act(
  task: Task,
  allowed: (me: typeof session.me, task: Task) => boolean,
  perform: (task: Task) => Promise<void>,
): false | undefined {
  if (!allowed(session.me, task)) return false;
  perform(task).catch(toasts.problem);
  return undefined;
}
