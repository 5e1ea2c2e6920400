import { computed, signal } from "@preact/signals";
import type { Task } from "../api/resources.ts";

/** What a person has just asked for and the server has not answered yet. */
type Expectation = Partial<Pick<Task, "status" | "title" | "jiraId" | "description">>;

/**
 * Every task this page knows, once. A task is never replaced by an older version of itself, so answers and events may
 * come in any order. What is asked for is shown at once, over what is known, until it is answered.
 */
class Tasks {
  #known = signal<ReadonlyMap<string, Task>>(new Map());
  #expected = signal<ReadonlyMap<string, Expectation>>(new Map());
  /** What is shown: what is known, with what is asked for over it. */
  readonly shown = computed(() => {
    const expected = this.#expected.value;
    if (expected.size === 0) return this.#known.value;
    const shown = new Map(this.#known.value);
    for (const [id, changes] of expected) {
      const task = shown.get(id);
      if (task !== undefined) shown.set(id, { ...task, ...changes });
    }
    return shown;
  });

  find(id: string): Task | undefined {
    return this.shown.value.get(id);
  }

  isExpected(id: string): boolean {
    return this.#expected.value.has(id);
  }

  accept(tasks: readonly Task[]): void {
    const known = new Map(this.#known.value);
    for (const task of tasks) {
      const old = known.get(task.id);
      if (old === undefined || task.version >= old.version) known.set(task.id, task);
    }
    this.#known.value = known;
  }

  /** Forgets what nothing shows any more: a day on the board must not fill the memory. */
  keepOnly(ids: ReadonlySet<string>): void {
    this.#known.value = new Map([...this.#known.value].filter(([id]) => ids.has(id)));
  }

  get size(): number {
    return this.#known.peek().size;
  }

  /** Shows a change at once; the answer takes its place, a refusal takes it back. */
  async expect(
    id: string,
    changes: Expectation,
    ask: () => Promise<Task | undefined>,
  ): Promise<Task | undefined> {
    this.#expected.value = new Map(this.#expected.value).set(id, changes);
    try {
      const task = await ask();
      if (task?.id !== undefined) this.accept([task]);
      return task;
    } finally {
      const expected = new Map(this.#expected.value);
      if (expected.get(id) === changes) expected.delete(id);
      this.#expected.value = expected;
    }
  }
}

export const tasks = new Tasks();
