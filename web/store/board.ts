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
  /** Pages that are unrolled. */
  readonly pages: Signal<number>;
}

const PAGE_SIZE = 100;

/**
 * The tasks on the board: the newest of each column for the filter, older ones on demand, kept right by the feed.
 * A task is never replaced by an older version of itself, so answers and events may come in any order.
 */
class Board {
  readonly filter = signal<BoardFilter>({ mine: false, q: "" });
  readonly columns: Record<BoardStatus, Column>;
  /** Whether a page shows the board: else nothing needs to be kept right, it is read when it is shown again. */
  shown = false;
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
  load(filter: BoardFilter): Promise<void> {
    this.filter.value = filter;
    for (const status of BOARD_STATUSES) this.columns[status].pages.value = 1;
    return this.reload();
  }

  /** Reads again what is unrolled. */
  async reload(): Promise<void> {
    this.#loads.abort();
    this.#loads = new AbortController();
    this.#touched.clear();
    await Promise.all(BOARD_STATUSES.map((status) => this.#read(this.columns[status], "again")));
  }

  async more(status: BoardStatus): Promise<void> {
    const column = this.columns[status];
    if (!column.loading.value && column.next.value !== null) await this.#read(column, "more");
  }

  find(id: string): Task | undefined {
    return this.#tasks.value.get(id);
  }

  /** Tasks with a fee or a reward on its way: no event tells when it arrives. */
  unsettled(): readonly Task[] {
    const tasks = [...this.#tasks.peek().values()];
    return tasks.filter(({ billing }) => billing.fee === "pending" || billing.reward === "pending");
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
      pages: signal(1),
    };
  }

  async #read(column: Column, what: "again" | "more"): Promise<void> {
    const { signal } = this.#loads;
    column.loading.value = true;
    try {
      if (what === "more") {
        const page = await this.#page(column.status, column.next.value, signal);
        if (!signal.aborted) {
          column.pages.value += 1;
          this.#put(column, page.items, page);
        }
      } else {
        const pages = await this.#pages(column, signal);
        const last = pages.at(-1);
        const items = pages.flatMap((page) => page.items);
        if (!signal.aborted && last !== undefined) {
          this.#takeOff(column, new Set(items.map((task) => task.id)));
          this.#put(column, items, last);
        }
      }
    } catch (thrown) {
      if (!signal.aborted) column.problem.value = Problem.of(thrown);
    }
    if (!signal.aborted) column.loading.value = false;
  }

  async #pages(column: Column, signal: AbortSignal): Promise<readonly Page<Task>[]> {
    const pages: Page<Task>[] = [];
    for (let cursor: string | null = null; pages.length < column.pages.value; ) {
      const page: Page<Task> = await this.#page(column.status, cursor, signal);
      pages.push(page);
      cursor = page.next;
      if (cursor === null) break;
    }
    return pages;
  }

  #page(status: BoardStatus, cursor: string | null, signal: AbortSignal): Promise<Page<Task>> {
    const { mine, q } = this.filter.value;
    const query = { status, assignee: mine ? "me" : undefined, q: q.trim(), limit: PAGE_SIZE, cursor };
    return get<Page<Task>>("/tasks", query, signal);
  }

  #takeOff(column: Column, answered: ReadonlySet<string>): void {
    const known = new Map(this.#tasks.value);
    for (const [id, task] of known) {
      if (task.status === column.status && !answered.has(id) && !this.#touched.has(id)) known.delete(id);
    }
    this.#tasks.value = known;
  }

  #put(column: Column, tasks: readonly Task[], last: Page<Task>): void {
    const known = new Map(this.#tasks.value);
    for (const task of tasks) {
      const old = known.get(task.id);
      if (old === undefined || task.version >= old.version) known.set(task.id, task);
    }
    this.#tasks.value = known;
    column.next.value = last.next;
    column.total.value = last.total;
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
