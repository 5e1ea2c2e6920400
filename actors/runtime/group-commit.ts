/**
 * Partitions of a host that commit at the same time share a transaction: while some are under way, whatever is ready
 * waits, and goes together with the next one. Nothing waits when there is room, so a single message is not slower for it.
 *
 * A shared transaction that Postgres has refused is rolled back for all, and each partition commits alone: the refusal
 * reaches the one it belongs to. An outcome that is unknown is unknown to all of them.
 */
import { AsyncLocalStorage } from "node:async_hooks";

export interface GroupCommitOptions<T> {
  /** One transaction for all of them, or an error. */
  readonly commit: (group: readonly T[]) => Promise<void>;
  /** Whether the error says that everything was rolled back. */
  readonly isRefusal: (error: unknown) => boolean;
  /** Transactions under way at the most. */
  readonly underWayMax: number;
}

interface Waiting<T> {
  readonly work: T;
  /** Of whoever asked: what is traced in it belongs to the first of a group. */
  readonly within: <R>(run: () => R) => R;
  readonly settle: (error?: unknown) => void;
}

export class GroupCommit<T> {
  readonly #o: GroupCommitOptions<T>;
  #waiting: Waiting<T>[] = [];
  #underWay = 0;

  constructor(options: GroupCommitOptions<T>) {
    this.#o = options;
  }

  /** Resolves when the work is committed; throws what the transaction it was in has thrown. */
  add(work: T): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: unknown) => (error === undefined ? resolve() : reject(error));
      this.#waiting.push({ work, within: AsyncLocalStorage.snapshot(), settle });
      this.#begin();
    });
  }

  #begin(): void {
    if (this.#underWay >= this.#o.underWayMax || this.#waiting.length === 0) return;
    const group = this.#waiting;
    this.#waiting = [];
    this.#underWay += 1;
    void this.#run(group);
  }

  async #run(group: readonly Waiting<T>[]): Promise<void> {
    const error = await this.#outcome(group);
    const isSplit = group.length > 1 && error !== undefined && this.#o.isRefusal(error);
    const errors = isSplit ? await this.#oneByOne(group) : group.map(() => error);
    this.#underWay -= 1;
    this.#begin(); // on its way before anybody goes on
    for (const [at, { settle }] of group.entries()) settle(errors[at]);
  }

  async #oneByOne(group: readonly Waiting<T>[]): Promise<unknown[]> {
    const errors: unknown[] = [];
    for (const each of group) errors.push(await this.#outcome([each]));
    return errors;
  }

  /** The error; undefined when it is committed. */
  async #outcome(group: readonly Waiting<T>[]): Promise<unknown> {
    const works = group.map(({ work }) => work);
    try {
      await group[0]?.within(() => this.#o.commit(works));
      return undefined;
    } catch (error) {
      return error;
    }
  }
}
