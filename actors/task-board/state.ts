/**
 * The board's working set: its own record (date, counter, control totals, jobs), its replica of people, tasks, and pieces
 * of imports. Open tasks and people are always hot; done and cancelled tasks, and pieces, come and go.
 */
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { Company } from "../../schemas/company.ts";
import type { Role } from "../../schemas/envelope.ts";
import type { JobId, TaskId, UserId } from "../../schemas/ids.ts";
import type { ImportRow } from "../../schemas/imported-task.ts";
import type { Minor } from "../../schemas/money.ts";
import type { ImportResult, JobState, ShuffleResult, TaskStatus } from "../../schemas/resources.ts";
import { type ControlTotals, NO_TOTALS } from "../ledger/control-totals.ts";
import { Entities } from "../runtime/entities.ts";

export interface Board {
  readonly key: "board";
  /** The date that facts are stamped with; it only moves forward (DAY-1). */
  readonly businessDate: BusinessDate;
  readonly lastNumber: number;
  /** What was sent into each partition of `tasks` for the business date (DAY-4). */
  readonly totals: readonly ControlTotals[];
  /** What those totals weigh: whose facts are missing where they differ (actors/ledger/whose.ts). */
  readonly weights: readonly number[];
  /** Presses in their order: the first one runs (TT-6). */
  readonly shuffles: readonly Shuffle[];
  /** Likewise, in a line of their own (TT-12). */
  readonly imports: readonly Import[];
}

export interface Shuffle {
  readonly jobId: JobId;
  readonly creatorId: UserId;
  readonly state: Exclude<JobState, "failed">;
  /** Tasks with numbers beyond it appeared after the shuffle began: they are not touched. */
  readonly upTo: number;
  /** Tasks with numbers up to it are done. */
  readonly cursor: number;
  readonly total: number;
  readonly result: ShuffleResult;
}

export interface Import {
  readonly jobId: JobId;
  readonly creatorId: UserId;
  readonly state: Exclude<JobState, "failed">;
  /** Pieces up to it are done. */
  readonly cursor: number;
  readonly upTo: number;
  readonly total: number;
  readonly result: ImportResult;
}

/** Rows of an import that become tasks together; emptied when they have. */
export interface ImportPiece {
  readonly key: `import/${string}`;
  readonly jobId: JobId;
  readonly number: number;
  readonly rows: readonly PieceRow[];
}

export interface PieceRow extends ImportRow {
  /** When the piece was read, its task was there, or one with its Jira id or its words. */
  readonly isKnown: boolean;
}

export interface BoardPerson {
  readonly key: `person/${string}`;
  readonly id: UserId;
  readonly name: string;
  readonly role: Role;
  readonly active: boolean;
}

export interface Task {
  readonly key: `task/${string}`;
  readonly id: TaskId;
  readonly number: number;
  readonly title: string;
  readonly jiraId: string | undefined;
  readonly description: string | undefined;
  readonly status: TaskStatus;
  readonly assigneeId: UserId;
  /** Who had it before, the latest last: they are told that it was reassigned (TT-8). */
  readonly formerIds: readonly UserId[];
  readonly createdBy: UserId;
  readonly feeMinor: Minor;
  readonly rewardMinor: Minor;
  readonly assignments: number;
  readonly createdAt: string;
  readonly assignedAt: string;
  readonly completedAt: string | undefined;
  /** Business dates of its creation and its completion (DAY-1). */
  readonly createdDate: BusinessDate;
  readonly completedDate: BusinessDate | undefined;
  readonly version: number;
}

export type BoardEntity = Board | BoardPerson | Task | ImportPiece;

export const taskKey = (id: string): `task/${string}` => `task/${id}`;
export const personKey = (id: string): `person/${string}` => `person/${id}`;

export const pieceKey = (jobId: string, number: number): `import/${string}` => `import/${jobId}/${number}`;

export function isShuffled(task: Task): boolean {
  return task.status === "open" || task.status === "in-progress";
}

/** Tasks of one piece of a shuffle: some 40 ms with its commit. With 500 others waited longer, and it was not sooner done. */
const PIECE_TASKS = 250;

export class BoardState extends Entities<BoardEntity> {
  readonly pieceTasks: number;
  readonly #company: Company;
  /** Open tasks by number: what a shuffle goes through. */
  readonly #open = new Map<number, Task>();
  #numbers: number[] | undefined;
  readonly #people = new Map<UserId, BoardPerson>();
  #eligible: readonly UserId[] | undefined;

  constructor(company: Company, pieceTasks = PIECE_TASKS) {
    super();
    this.#company = company;
    this.pieceTasks = pieceTasks;
  }

  get board(): Board {
    const board = this.get("board");
    if (board !== undefined) return board as Board;
    const totals = Array.from({ length: this.#company.partitions }, () => NO_TOTALS);
    return {
      key: "board",
      businessDate: this.#company.firstDate,
      lastNumber: 0,
      totals,
      weights: [],
      shuffles: [],
      imports: [],
    };
  }

  task(id: string): Task | undefined {
    return this.get(taskKey(id)) as Task | undefined;
  }

  person(id: string): BoardPerson | undefined {
    return this.get(personKey(id)) as BoardPerson | undefined;
  }

  piece(jobId: string, number: number): ImportPiece | undefined {
    return this.get(pieceKey(jobId, number)) as ImportPiece | undefined;
  }

  /** Whom a task may be given to (TT-3), in the order of their ids, so that a draw can be drawn again. */
  get eligible(): readonly UserId[] {
    this.#eligible ??= [...this.#people.values()]
      .filter((person) => person.active && !this.#company.excludedRoles.includes(person.role))
      .map((person) => person.id)
      .sort();
    return this.#eligible;
  }

  get openCount(): number {
    return this.#open.size;
  }

  /** Open tasks with numbers in (after, upTo], ascending, at most `limit`. */
  openTasks(after: number, upTo: number, limit: number): readonly Task[] {
    this.#numbers ??= [...this.#open.keys()].sort((a, b) => a - b);
    const tasks: Task[] = [];
    for (let i = firstAbove(this.#numbers, after); i < this.#numbers.length && tasks.length < limit; i++) {
      const number = this.#numbers[i] ?? 0;
      if (number > upTo) break;
      const task = this.#open.get(number);
      if (task !== undefined) tasks.push(task);
    }
    return tasks;
  }

  protected override pinned(entity: BoardEntity): boolean {
    return "status" in entity ? isShuffled(entity) : !("rows" in entity);
  }

  protected override indexed(_previous: BoardEntity | undefined, next: BoardEntity): void {
    if ("status" in next) this.#indexTask(next);
    else if ("role" in next) {
      this.#people.set(next.id, next);
      this.#eligible = undefined;
    }
  }

  #indexTask(task: Task): void {
    if (isShuffled(task)) {
      const isNew = !this.#open.has(task.number);
      this.#open.set(task.number, task);
      if (isNew && this.#numbers !== undefined) this.#append(task.number);
    } else {
      this.#open.delete(task.number); // its number stays in the list until the list is built again
      if (this.#numbers !== undefined && this.#numbers.length > 2 * this.#open.size + 1_000)
        this.#numbers = undefined;
    }
  }

  #append(number: number): void {
    const last = this.#numbers?.at(-1) ?? 0;
    if (number > last) this.#numbers?.push(number);
    else this.#numbers = undefined;
  }
}

/** Index of the first number above `after`, by halving. */
function firstAbove(sorted: readonly number[], after: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) > after) high = middle;
    else low = middle + 1;
  }
  return low;
}
