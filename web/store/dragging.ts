import { signal } from "@preact/signals";
import type { BoardStatus, Task } from "../api/resources.ts";
import { may } from "../rules/may.ts";
import { session } from "../session.ts";
import { taskActions } from "./task-actions.ts";
import { toasts } from "./toasts.ts";

const task = signal<Task | undefined>(undefined);

/** One's own task on its way to another column: to start it, or to complete it. */
export const dragging = {
  task,
  start(event: DragEvent, dragged: Task): void {
    event.dataTransfer?.setData("text/plain", `#${dragged.number} ${dragged.title}`);
    if (event.dataTransfer !== null) event.dataTransfer.effectAllowed = "move";
    task.value = dragged;
  },
  end(): void {
    task.value = undefined;
  },
  fits(column: BoardStatus): boolean {
    const dragged = task.value;
    if (dragged === undefined || dragged.status === column) return false;
    if (column === "in-progress") return may.start(session.me, dragged);
    return column === "done" && may.complete(session.me, dragged);
  },
  drop(column: BoardStatus): void {
    const dragged = task.peek();
    const fits = dragging.fits(column);
    task.value = undefined;
    if (dragged === undefined || !fits) return;
    const act = column === "done" ? taskActions.complete : taskActions.start;
    act(dragged).catch(toasts.problem);
  },
};
