/**
 * The demo's own ledger, kept from the answers to its commands and from the board it looks at: what must have been
 * charged and paid, to whom, for what. The business date of a movement is known by what was known when it happened
 * (before the close was asked for, after it was answered); in between, both dates are lawful, and the account's entry
 * says which one it was (`bookedOn`).
 */
import type { Task } from "./answers.ts";

export interface Movement {
  readonly kind: "fee" | "reward";
  readonly userId: string;
  readonly taskId: string;
  /** Signed, as the person's account sees it. */
  readonly amountMinor: number;
  /** The business dates that are lawful. */
  readonly dates: readonly string[];
  bookedOn: string | undefined;
}

/** How an account stood before the demo began. */
export interface Opening {
  readonly balanceMinor: number;
  readonly lastNumber: number;
  /** What the current business date had moved already. */
  readonly day: Sums;
}

export interface KnownTask {
  readonly task: Task;
  /** Everything it was called, for entries keep the words of their moment. */
  readonly titles: Set<string>;
  assigneeId: string;
  isDone: boolean;
  completedAt: string | undefined;
}

export interface Sums {
  readonly fees: number;
  readonly feeCount: number;
  readonly rewards: number;
  readonly rewardCount: number;
}

const NO_SUMS: Sums = { fees: 0, feeCount: 0, rewards: 0, rewardCount: 0 };
const NOTHING: Opening = { balanceMinor: 0, lastNumber: 0, day: NO_SUMS };

export class Books {
  readonly tasks = new Map<string, KnownTask>();
  readonly movements: Movement[] = [];
  readonly #openings = new Map<string, Opening>();

  open(userId: string, opening: Opening): void {
    this.#openings.set(userId, opening);
  }

  openingOf(userId: string): Opening {
    return this.#openings.get(userId) ?? NOTHING;
  }

  /** A task that was there before: its first fee is not ours to expect. */
  know(task: Task): KnownTask {
    const isDone = task.status === "done";
    const known = {
      task,
      titles: new Set([task.title]),
      assigneeId: task.assignee.id,
      isDone,
      completedAt: undefined,
    };
    this.tasks.set(task.id, known);
    return known;
  }

  /** A new task: assigned to somebody at once, for a fee. */
  create(task: Task, dates: readonly string[]): void {
    this.know(task);
    this.#fee(task, task.assignee.id, dates);
  }

  /** Answers whether somebody else has the task now; then it was assigned, for a fee. */
  see(task: Task, dates: readonly string[]): boolean {
    const known = this.tasks.get(task.id);
    if (known === undefined || known.assigneeId === task.assignee.id) return false;
    known.assigneeId = task.assignee.id;
    this.#fee(known.task, task.assignee.id, dates);
    return true;
  }

  complete(task: Task, dates: readonly string[]): void {
    const known = this.tasks.get(task.id) ?? this.know(task);
    known.isDone = true;
    known.completedAt = task.completedAt ?? undefined;
    const { id: taskId, rewardMinor: amountMinor } = known.task;
    this.movements.push({
      kind: "reward",
      userId: known.assigneeId,
      taskId,
      amountMinor,
      dates,
      bookedOn: undefined,
    });
  }

  openTasks(): KnownTask[] {
    return [...this.tasks.values()].filter(({ isDone }) => !isDone);
  }

  of(userId: string): Movement[] {
    return this.movements.filter((each) => each.userId === userId);
  }

  ofTask(taskId: string, kind: Movement["kind"]): Movement[] {
    return this.movements.filter((each) => each.taskId === taskId && each.kind === kind);
  }

  /** Under way when the day was closed: how many movements, and how many of them the accounts booked on the date. */
  underWay(date: string): { readonly all: number; readonly onDate: number } {
    const open = this.movements.filter(({ dates }) => dates.length > 1);
    return { all: open.length, onDate: open.filter(({ bookedOn }) => bookedOn === date).length };
  }

  /** What was booked on the date: of one person, or of all. */
  sums(date: string, userId?: string): Sums {
    const booked = this.movements.filter(
      (each) => each.bookedOn === date && (userId === undefined || each.userId === userId),
    );
    const fees = booked.filter(({ kind }) => kind === "fee");
    const rewards = booked.filter(({ kind }) => kind === "reward");
    return {
      fees: -total(fees),
      feeCount: fees.length,
      rewards: total(rewards),
      rewardCount: rewards.length,
    };
  }

  /** The balance when the date ended, before anything was paid out for it. */
  balanceAtEndOf(date: string, userId: string): number {
    const booked = this.of(userId).filter(({ bookedOn }) => bookedOn !== undefined && bookedOn <= date);
    return this.openingOf(userId).balanceMinor + total(booked);
  }

  /** What must be paid out for the date: a positive balance, whole. */
  payoutOf(date: string, userId: string): number {
    return Math.max(0, this.balanceAtEndOf(date, userId));
  }

  balanceNow(closedDate: string, userId: string): number {
    return this.openingOf(userId).balanceMinor + total(this.of(userId)) - this.payoutOf(closedDate, userId);
  }

  #fee({ id: taskId, feeMinor }: Task, userId: string, dates: readonly string[]): void {
    const amountMinor = -feeMinor;
    this.movements.push({ kind: "fee", userId, taskId, amountMinor, dates, bookedOn: undefined });
  }
}

function total(movements: readonly Movement[]): number {
  return movements.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
}
