import { signal, untracked } from "@preact/signals";
import type { Task } from "../api/resources.ts";

/**
 * Every task this page knows, once. A task is never replaced by an older version of itself, so answers and events may
 * come in any order. What is asked for is shown at once, over what is known, until it is answered.
 */
class Tasks {
  readonly #known = new Map<string, Task>();
  /** Rises with every change of what is known: ten thousand tasks are not copied for the sake of one. */
  readonly #changes = signal(0);
  /** What tasks will be once the server has answered what a person has just asked for. */
  readonly #expected = signal<ReadonlyMap<string, Task["status"]>>(new Map());

  /** What is shown: what is known, with what is asked for over it. For many of them it is subscribed to once. */
  lookup(): (id: string) => Task | undefined {
    void this.#changes.value;
    const expected = this.#expected.value;
    return (id) => {
      const task = this.#known.get(id);
      const status = expected.get(id);
      return task === undefined || status === undefined ? task : { ...task, status };
    };
  }

  find(id: string): Task | undefined {
    return this.lookup()(id);
  }

  /** The ids of the tasks that fit, of all that are known now; nothing is subscribed to. */
  idsOf(fits: (task: Task) => boolean): Set<string> {
    const find = untracked(() => this.lookup());
    const found = new Set<string>();
    for (const id of this.#known.keys()) {
      const task = find(id);
      if (task !== undefined && fits(task)) found.add(id);
    }
    return found;
  }

  isExpected(id: string): boolean {
    return this.#expected.value.has(id);
  }

  accept(tasks: readonly Task[]): void {
    for (const task of tasks) {
      const old = this.#known.get(task.id);
      if (old === undefined || task.version >= old.version) this.#known.set(task.id, task);
    }
    this.#changes.value = this.#changes.peek() + 1;
  }

  /** Forgets what nothing shows any more: a day on the board must not fill the memory. */
  keepOnly(ids: ReadonlySet<string>): void {
    for (const id of this.#known.keys()) if (!ids.has(id)) this.#known.delete(id);
    this.#changes.value = this.#changes.peek() + 1;
  }

  get size(): number {
    return this.#known.size;
  }

  /** Shows a task at once as it is to become. */
  expect(id: string, status: Task["status"]): void {
    this.#expected.value = new Map(this.#expected.peek()).set(id, status);
  }

  /** It has become so, or it has not: what is known is shown again, unless more has been asked for since. */
  settle(id: string, status: Task["status"]): void {
    if (this.#expected.peek().get(id) !== status) return;
    const expected = new Map(this.#expected.peek());
    expected.delete(id);
    this.#expected.value = expected;
  }
}

export const tasks = new Tasks();
