/**
 * The client's own books: what it said, what it was answered, and so what must be there afterwards. What was answered
 * 200 or 201 must exist, once (RPO 0); what was never answered may.
 */

export interface Task {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly assignee: { readonly id: string };
  readonly feeMinor: number;
  readonly rewardMinor: number;
}

export interface Known {
  readonly id: string;
  readonly title: string;
  readonly feeMinor: number;
  readonly rewardMinor: number;
  readonly firstAssignee: string;
  /** As far as the client has heard: a shuffle may have moved it since. */
  assignee: string;
  /** Who was told that they completed it. */
  completedBy: string | undefined;
  /** A completion was said, and its answer never heard. */
  mayBeCompleted: boolean;
}

export class Books {
  /** Every title that was ever said; each is said under one key only. */
  readonly said = new Set<string>();
  /** By id: what was answered 201. */
  readonly tasks = new Map<string, Known>();
  readonly jobs = new Set<string>();
  /** Business dates that somebody was told are closing or closed. */
  readonly closed = new Set<string>();
  /** Answers that no order of events allows. */
  readonly contradictions: string[] = [];
  #titles = 0;

  newTitle(): string {
    const title = `Chaos ${++this.#titles}`;
    this.said.add(title);
    return title;
  }

  created({ id, title, feeMinor, rewardMinor, assignee }: Task): void {
    const known = this.tasks.get(id);
    if (known !== undefined) {
      const isSame =
        known.title === title && known.feeMinor === feeMinor && known.rewardMinor === rewardMinor;
      this.#check(isSame, `task ${id} was answered twice and differently`);
      this.#check(known.firstAssignee === assignee.id, `task ${id} was first assigned to two people`);
      return;
    }
    const taken = [...this.tasks.values()].some((each) => each.title === title);
    this.#check(!taken, `"${title}" was created twice, the second time as ${id}`);
    this.tasks.set(id, {
      ...{ id, title, feeMinor, rewardMinor, firstAssignee: assignee.id, assignee: assignee.id },
      ...{ completedBy: undefined, mayBeCompleted: false },
    });
  }

  /** Told so to `by`: who asks after the first is told the same. */
  completed({ id, assignee, status, rewardMinor }: Task): void {
    const known = this.tasks.get(id);
    if (known === undefined) {
      this.contradiction(`task ${id} was completed and never created`);
      return;
    }
    this.#check(status === "done", `task ${id} was completed and is ${status}`);
    this.#check(rewardMinor === known.rewardMinor, `the reward of task ${id} has changed`);
    const by = known.completedBy ?? assignee.id;
    this.#check(by === assignee.id, `task ${id} was completed by ${by}, and then by ${assignee.id}`);
    known.completedBy = by;
    known.assignee = by;
  }

  open(): Known[] {
    return [...this.tasks.values()].filter(
      ({ completedBy, mayBeCompleted }) => !completedBy && !mayBeCompleted,
    );
  }

  contradiction(what: string): void {
    this.contradictions.push(what);
  }

  #check(holds: boolean, otherwise: string): void {
    if (!holds) this.contradiction(otherwise);
  }
}
