import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import { get, queryString } from "../api/get.ts";
import { lastKnown } from "../api/last-known.ts";
import { Problem } from "../api/problem.ts";
import type { BoardStatus, Page, Task } from "../api/resources.ts";
import { session } from "../session.ts";
import { type BoardFilter, inApi, likelyWants, NO_FILTER, surelyWants } from "./board-filter.ts";
import { inOrder, type TaskSort } from "./task-order.ts";
import { tasks } from "./tasks.ts";
import { throttled } from "./throttled.ts";

/** The first page is what is waited for; the later ones come before they are scrolled to. */
const FIRST_PAGE = 50;
const NEXT_PAGE = 200;
const REMEMBER_EVERY_MS = 1_000;
/** While somebody types, the server is asked as often as this; what is known here follows every letter. */
const ASK_EVERY_MS = 250;
const REMEMBERED_MAX = 200;

interface Asked {
  readonly filter: BoardFilter;
  readonly sort: TaskSort;
}

/**
 * One list of tasks in an order: a column of the board, or the list. The server says which tasks belong to it; what is
 * learned meanwhile (answers, events) is put in its place or taken out by what is surely known.
 */
export class TaskList {
  readonly loaded = signal(false);
  readonly loading = signal(false);
  readonly problem = signal<Problem | undefined>(undefined);
  readonly items: ReadonlySignal<readonly Task[]>;
  readonly #status: BoardStatus | undefined;
  #asked = signal<Asked>({ filter: NO_FILTER, sort: "-number" });
  #ids = signal<ReadonlySet<string>>(new Set());
  #next: string | null = null;
  #pages = 0;
  #reading = new AbortController();
  #firstAddress: string | undefined;
  /** Changed while a page was on its way: its answer may not know of them, and must not take them off. */
  #touched = new Set<string>();

  constructor(status?: BoardStatus) {
    this.#status = status;
    this.items = computed(() => this.#arranged());
  }

  get hasMore(): boolean {
    return this.#next !== null;
  }

  get ids(): ReadonlySet<string> {
    return this.#ids.peek();
  }

  /** Another filter or order: what is likely wanted is shown at once, the server's answer takes its place. */
  load(filter: BoardFilter, sort: TaskSort): void {
    this.#reading.abort();
    const likely = tasks.idsOf(this.#likely(filter));
    batch(() => {
      this.#asked.value = { filter, sort };
      this.#ids.value = likely;
      this.loading.value = true;
    });
    this.#next = null;
    this.#pages = 1;
    this.#ask();
  }

  readonly #ask = throttled(ASK_EVERY_MS, () => void this.reload());

  /** Reads again what is unrolled. */
  async reload(): Promise<void> {
    this.#reading.abort();
    this.#reading = new AbortController();
    const { signal } = this.#reading;
    this.#touched.clear();
    await this.#read(signal, async () => {
      const found: Task[] = [];
      let cursor: string | null = null;
      for (let page = 0; page < this.#pages; page += 1) {
        const answer: Page<Task> = await this.#page(cursor, page === 0 ? FIRST_PAGE : NEXT_PAGE, signal);
        found.push(...answer.items);
        cursor = answer.next;
        if (cursor === null) break;
      }
      this.#next = cursor;
      const kept = [...this.#ids.peek()].filter((id) => this.#touched.has(id));
      this.#put(found, new Set(kept));
    });
  }

  async more(): Promise<void> {
    if (this.loading.peek() || this.#next === null) return;
    const { signal } = this.#reading;
    await this.#read(signal, async () => {
      const page = await this.#page(this.#next, NEXT_PAGE, signal);
      this.#pages += 1;
      this.#next = page.next;
      this.#put(page.items, this.#ids.peek());
    });
  }

  /** Takes in tasks that were learned of elsewhere, if they lie in the part of the list that is unrolled. */
  notice(news: readonly Task[]): void {
    const ids = new Set(this.#ids.peek());
    const { filter, sort } = this.#asked.peek();
    const isLikely = this.#likely(filter);
    const last = this.items.peek().at(-1);
    for (const task of news) {
      this.#touched.add(task.id);
      const inSight =
        this.#next === null ? this.loaded.peek() : last === undefined || inOrder(sort)(task, last) < 0;
      if (!ids.has(task.id) && inSight && isLikely(task)) ids.add(task.id);
    }
    if (ids.size !== this.#ids.peek().size) this.#ids.value = ids;
  }

  /** What stands here now is what is read without a network, not what stood here when the server was asked. */
  readonly remember = throttled(REMEMBER_EVERY_MS, () => {
    if (this.#firstAddress === undefined || !this.loaded.peek() || !navigator.onLine) return;
    lastKnown.keep(this.#firstAddress, { items: this.items.peek().slice(0, REMEMBERED_MAX), next: null });
  });

  #arranged(): readonly Task[] {
    const { filter, sort } = this.#asked.value;
    const find = tasks.lookup();
    const isWanted = surelyWants(filter, session.me.id);
    const found: Task[] = [];
    for (const id of this.#ids.value) {
      const task = find(id);
      if (task !== undefined && this.#isHere(task) && isWanted(task)) found.push(task);
    }
    return found.sort(inOrder(sort));
  }

  #isHere(task: Task): boolean {
    return this.#status === undefined ? task.status !== "cancelled" : task.status === this.#status;
  }

  #likely(filter: BoardFilter): (task: Task) => boolean {
    const isLikely = likelyWants(filter, session.me.id);
    return (task) => this.#isHere(task) && isLikely(task);
  }

  #page(cursor: string | null, limit: number, signal: AbortSignal): Promise<Page<Task>> {
    const { filter, sort } = this.#asked.peek();
    const query = { ...inApi(filter), status: this.#status ?? filter.status, sort, limit, cursor };
    if (cursor === null) this.#firstAddress = `/tasks${queryString(query)}`;
    return get<Page<Task>>("/tasks", query, signal);
  }

  async #read(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    this.loading.value = true;
    try {
      await work();
    } catch (thrown) {
      if (signal.aborted) return;
      this.problem.value = Problem.of(thrown);
      this.loading.value = false;
    }
  }

  #put(found: readonly Task[], kept: ReadonlySet<string>): void {
    batch(() => {
      tasks.accept(found);
      this.#ids.value = new Set([...kept, ...found.map((task) => task.id)]);
      this.loaded.value = true;
      // Together with the rows: who sees their end may ask for more at once.
      this.loading.value = false;
      this.problem.value = undefined;
    });
  }
}
