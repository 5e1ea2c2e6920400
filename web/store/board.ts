import { batch, signal } from "@preact/signals";
import { BOARD_STATUSES, type BoardStatus, type Task } from "../api/resources.ts";
import { type BoardFilter, NO_FILTER } from "./board-filter.ts";
import { summary } from "./summary.ts";
import { TaskList } from "./task-list.ts";
import type { TaskSort } from "./task-order.ts";
import { tasks } from "./tasks.ts";

export type BoardView = "board" | "list";

/** More than this many known tasks are looked through for what nothing shows any more. */
const KNOWN_MAX = 20_000;

/** What the board page shows: three columns, or one list, of the same tasks for the same filter. */
class Board {
  readonly filter = signal<BoardFilter>(NO_FILTER);
  readonly columns: Record<BoardStatus, TaskList> = {
    open: new TaskList("open"),
    "in-progress": new TaskList("in-progress"),
    done: new TaskList("done"),
  };
  readonly list = new TaskList();
  /** Whether a page shows the board: else nothing needs to be kept right, it is read when it is shown again. */
  shown = false;
  #view: BoardView = "board";

  load(filter: BoardFilter, view: BoardView, sort: TaskSort): void {
    this.filter.value = filter;
    this.#view = view;
    summary.load(filter);
    const { open, done, "in-progress": inProgress } = this.columns;
    if (view === "list") {
      this.list.load(filter, sort);
      return;
    }
    // What was done last is what one looks for; of the rest, what came last.
    batch(() => {
      open.load(filter, "-number");
      inProgress.load(filter, "-number");
      done.load(filter, "-completed");
    });
  }

  async reload(): Promise<void> {
    summary.reload();
    await Promise.all(this.#lists().map((list) => list.reload()));
  }

  /** Puts tasks in their places, also as they are only expected to become. */
  notice(news: readonly Task[]): void {
    for (const list of this.#lists()) list.notice(news);
  }

  /** Takes in tasks from answers and events. */
  accept(news: readonly Task[]): void {
    tasks.accept(news);
    this.notice(news);
    for (const list of this.#lists()) list.remember();
    summary.reload();
    if (tasks.size > KNOWN_MAX) this.#forget();
  }

  #lists(): readonly TaskList[] {
    return this.#view === "list" ? [this.list] : BOARD_STATUSES.map((status) => this.columns[status]);
  }

  #forget(): void {
    tasks.keepOnly(new Set(this.#lists().flatMap((list) => [...list.ids])));
  }
}

export const board = new Board();
