import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { get } from "../api/get.ts";
import { Problem } from "../api/problem.ts";
import { BOARD_STATUSES, type BoardStatus, type Page, type Task } from "../api/resources.ts";
import { session } from "../session.ts";

export interface BoardFilter {
  readonly mine: boolean;
  readonly q: string;
}

interface Column {
  readonly status: BoardStatus;
  readonly tasks: ReadonlySignal<readonly Task[]>;
  readonly next: Signal<string | null>;
  readonly total: Signal<number | undefined>;
  readonly loading: Signal<boolean>;
  readonly loaded: Signal<boolean>;
  readonly problem: Signal<Problem | undefined>;
}

const PAGE_SIZE = 100;

/**
 * The tasks on the board: the newest page of each column for the filter, older ones on demand, kept right by the feed.
 * A task is never replaced by an older version of itself, so answers and events may come in any order.
 */
class Board {
  readonly filter = signal<BoardFilter>({ mine: false, q: "" });
  readonly columns: Record<BoardStatus, Column>;
  #tasks = signal<ReadonlyMap<string, Task>>(new Map());
  #loads = new AbortController();
  /** Changed while a page was on its way: its answer may not know of them, and must not take them off. */
  #touched = new Set<string>();

  constructor() {
    this.columns = {
      open: this.#column("open"),
      "in-progress": this.#column("in-progress"),
      done: this.#column("done"),
    };
  }

  /** Reads all three columns for a filter; what is shown stays until the answers come. */
  async load(filter: BoardFilter): Promise<void> {
    this.filter.value = filter;
    this.#loads.abort();
    this.#loads = new AbortController();
    this.#touched.clear();
    await Promise.all(BOARD_STATUSES.map((status) => this.#read(this.columns[status], undefined)));
  }

  reload(): Promise<void> {
    return this.load(this.filter.value);
  }

  async more(status: BoardStatus): Promise<void> {
    const column = this.columns[status];
    if (column.loading.value || column.next.value === null) return;
    await this.#read(column, column.next.value);
  }

  find(id: string): Task | undefined {
    return this.#tasks.value.get(id);
  }

  /** Takes in tasks from answers and events, those that belong on this board. */
  accept(tasks: readonly Task[]): void {
    const known = new Map(this.#tasks.value);
    for (const task of tasks) {
      const old = known.get(task.id);
      this.#touched.add(task.id);
      if (old === undefined ? this.#belongs(task) : task.version >= old.version) known.set(task.id, task);
    }
    this.#tasks.value = known;
  }

  #column(status: BoardStatus): Column {
    const tasks = computed(() => {
      const me = this.filter.value.mine ? session.me.id : undefined;
      const shown = [...this.#tasks.value.values()].filter(
        (task) => task.status === status && (me === undefined || task.assignee.id === me),
      );
      return shown.sort((a, b) => b.number - a.number);
    });
    return {
      status,
      tasks,
      next: signal(null),
      total: signal(undefined),
      loading: signal(false),
      loaded: signal(false),
      problem: signal(undefined),
    };
  }

  async #read(column: Column, cursor: string | undefined): Promise<void> {
    const aborted = this.#loads.signal;
    const { mine, q } = this.filter.value;
    column.loading.value = true;
    try {
      const query = {
        status: column.status,
        assignee: mine ? "me" : undefined,
        q: q.trim(),
        limit: PAGE_SIZE,
        cursor,
      };
      const page = await get<Page<Task>>("/tasks", query, aborted);
      if (!aborted.aborted) this.#put(column, page, cursor === undefined);
    } catch (thrown) {
      if (!aborted.aborted) column.problem.value = Problem.of(thrown);
    }
    if (!aborted.aborted) column.loading.value = false;
  }

  #put(column: Column, page: Page<Task>, isFirst: boolean): void {
    const known = new Map(this.#tasks.value);
    if (isFirst) {
      const answered = new Set(page.items.map((task) => task.id));
      for (const [id, task] of known) {
        if (task.status === column.status && !answered.has(id) && !this.#touched.has(id)) known.delete(id);
      }
    }
    for (const task of page.items) {
      const old = known.get(task.id);
      if (old === undefined || task.version >= old.version) known.set(task.id, task);
    }
    this.#tasks.value = known;
    column.next.value = page.next;
    column.total.value = page.total;
    column.loaded.value = true;
    column.problem.value = undefined;
  }

  /** A task not seen before: does the filter want it, and does it lie in the part of its column that is unrolled? */
  #belongs(task: Task): boolean {
    if (task.status === "cancelled" || !matches(task, this.filter.value.q)) return false;
    const column = this.columns[task.status];
    if (column.next.value === null) return column.loaded.value;
    const oldest = column.tasks.value.at(-1);
    return oldest === undefined || task.number > oldest.number;
  }
}

/** As the server searches: part of the title or of the Jira id in any case, or the number. */
function matches(task: Task, q: string): boolean {
  const wanted = q.trim().toLocaleLowerCase();
  if (wanted === String(task.number) || wanted === `#${task.number}`) return true;
  return [task.title, task.jiraId ?? ""].some((text) => text.toLocaleLowerCase().includes(wanted));
}

export const board = new Board();
