/** The API's resources as the page reads them. Money is in minor units of the company's one currency; times are RFC 3339 UTC. */

import type { Notifications } from "../../schemas/resources.ts";

export type Role = "admin" | "manager" | "accountant" | "employee";
export const ROLES: readonly Role[] = ["employee", "manager", "accountant", "admin"];

export type Locale = "en" | "ru";

/** A calendar day in the company's zone, `YYYY-MM-DD`. */
export type BusinessDate = string;

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
  /** How many there are in all, where the server counts them. */
  readonly total?: number;
}

export interface Person {
  readonly id: string;
  readonly name: string;
}

export interface User extends Person {
  readonly email: string;
  readonly role: Role;
  readonly active: boolean;
}

export interface Me extends Person {
  readonly email: string;
  readonly role: Role;
  readonly locale?: Locale;
  /** Which mails one wants. */
  readonly notifications?: Partial<Notifications>;
}

/** Money moved by hand: proposed by one, decided by another. */
export interface Correction {
  readonly id: string;
  readonly person: Person;
  readonly kind: "correction" | "bonus";
  readonly amountMinor: number;
  readonly reason: string;
  readonly state: "proposed" | "approved" | "rejected";
  readonly proposedBy: Person;
  readonly proposedAt: string;
  readonly decidedBy: Person | null;
  readonly decision: string | null;
}

/** The board's facts against the books. */
export interface Reconciliation {
  readonly differences: readonly {
    readonly businessDate: BusinessDate;
    readonly userId: string;
    readonly name: string;
    readonly taskId: string;
    readonly kind: "fee" | "reward";
    readonly sentMinor: number;
    readonly postedMinor: number;
  }[];
  readonly held: readonly {
    readonly userId: string;
    readonly name: string;
    readonly since: BusinessDate;
    readonly balanceMinor: number;
  }[];
  readonly trialBalance: readonly { readonly account: string; readonly balanceMinor: number }[];
}

/** What a log-in or a refresh gives; `expiresIn` is in seconds. */
export interface Grant {
  readonly accessToken: string;
  readonly expiresIn: number;
  readonly user: Me;
}

export interface Company {
  readonly name: string;
  readonly currency: string;
  readonly timeZone: string;
  readonly cutOff: string;
  readonly businessDate: BusinessDate;
}

export type TaskStatus = "open" | "in-progress" | "done" | "cancelled";
export type BoardStatus = Exclude<TaskStatus, "cancelled">;
export const BOARD_STATUSES: readonly BoardStatus[] = ["open", "in-progress", "done"];

export interface Billing {
  readonly fee: "pending" | "charged";
  readonly reward: "none" | "pending" | "paid";
}

export interface Task {
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly jiraId: string | null;
  readonly description: string | null;
  readonly status: TaskStatus;
  readonly assignee: Person;
  readonly createdBy: Person | string | null;
  readonly feeMinor: number;
  readonly rewardMinor: number;
  readonly billing: Billing;
  readonly createdAt: string;
  readonly assignedAt: string;
  readonly completedAt: string | null;
  readonly version: number;
}

export interface StatusSums {
  readonly count: number;
  readonly feeMinor: number;
  readonly rewardMinor: number;
}

export type TasksSummary = Readonly<Record<TaskStatus, StatusSums>>;

/** What a press of shuffle would touch now; `feesMinor` if every task moves. */
export interface ShufflePreview {
  readonly openTasks: number;
  readonly people: number;
  readonly feesMinor: number;
}

/** A person's own name for a choice of tasks; `query` as GET /tasks takes it. */
export interface SavedView {
  readonly id: string;
  readonly name: string;
  readonly query: Readonly<Record<string, string | number>>;
  readonly layout: "board" | "list";
}

export interface HistoryItem {
  readonly at: string;
  readonly kind: "created" | "assigned" | "started" | "edited" | "completed" | "cancelled" | "fee" | "reward";
  readonly by: Person | null;
  readonly assignee: Person | null;
  readonly amountMinor: number | null;
  readonly businessDate: BusinessDate | null;
  readonly traceId: string | null;
}

export interface Job {
  readonly id: string;
  readonly kind: "shuffle" | "import";
  readonly state: "queued" | "running" | "done" | "failed";
  readonly done: number;
  readonly total: number | null;
  readonly result?: ShuffleResult | ImportResult | null;
  /** Of an import, the first ones. */
  readonly errors?: readonly RowError[];
}

export interface ShuffleResult {
  readonly moved: number;
  readonly unchanged: number;
  readonly skipped: number;
}

export interface ImportResult {
  readonly created: number;
  readonly unchanged: number;
  readonly rejected: number;
}

/** What is wrong with a row of a file, numbered as a spreadsheet does: the header is 1. */
export interface RowError {
  readonly row: number;
  /** Null when it is about the whole row. */
  readonly column: string | null;
  readonly code: string;
  readonly detail: string;
}

/** What an import would do, before anything is done. */
export interface ImportPreview extends ImportResult {
  readonly separator: "comma" | "semicolon" | "tab";
  readonly columns: readonly { readonly position: number; readonly name: string }[];
  readonly mapping: Readonly<Record<"title" | "jiraId" | "description", number | null>>;
  readonly rows: number;
  readonly errors: readonly RowError[];
  readonly sample: readonly {
    readonly row: number;
    readonly cells: readonly string[];
    readonly outcome: "created" | "unchanged" | "rejected" | null;
  }[];
}

export interface Command {
  readonly id: string;
  readonly state: "pending" | "done";
  readonly status?: number | null;
  readonly body?: unknown;
}

export interface Account {
  readonly userId: string;
  readonly name: string;
  readonly balanceMinor: number;
  readonly earnedTodayMinor: number;
  readonly businessDate: BusinessDate;
  readonly asOf: string;
}

export const ENTRY_KINDS = ["fee", "reward", "payout", "payout-return", "bonus", "correction"] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

export interface Entry {
  readonly id: string;
  readonly number: number;
  readonly kind: EntryKind;
  readonly amountMinor: number;
  readonly balanceAfterMinor: number;
  readonly taskId: string | null;
  readonly taskNumber: number | null;
  readonly title: string | null;
  readonly jiraId: string | null;
  readonly businessDate: BusinessDate;
  readonly occurredAt: string;
  readonly traceId: string | null;
}

export interface Income {
  readonly businessDate: BusinessDate;
  readonly feesMinor: number;
  readonly rewardsMinor: number;
  readonly incomeMinor: number;
}

export interface Earnings {
  readonly items: readonly Income[];
  readonly total: Omit<Income, "businessDate">;
}

export type DayState = "open" | "closing" | "closed";

export interface DayTotals {
  readonly feesMinor: number;
  readonly rewardsMinor: number;
  readonly incomeMinor: number;
  readonly payoutsMinor: number;
  readonly payouts: number;
}

export interface Day {
  readonly businessDate: BusinessDate;
  readonly state: DayState;
  readonly progress: { readonly done: number; readonly total: number } | null;
  readonly totals: DayTotals | null;
  readonly heldAccounts: readonly {
    readonly userId: string;
    readonly reason: string;
  }[];
  readonly sealHash: string | null;
  readonly closedAt: string | null;
}

export type PayoutState = "requested" | "submitted" | "settled" | "failed" | "returned";

export interface Payout {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly businessDate: BusinessDate;
  readonly amountMinor: number;
  readonly state: PayoutState;
  readonly attempts: number;
  readonly failure: string | null;
  readonly updatedAt: string;
  /** Null before the payout is settled, and when none is wanted. */
  readonly receipt: Receipt | null;
}

/** The e-mail that tells of a payout. */
export interface Receipt {
  readonly id: string;
  readonly state: "pending" | "sent" | "failed";
  readonly attempts: number;
  readonly failure: string | null;
  readonly recipient: string | null;
  readonly updatedAt: string;
  readonly canResend: boolean;
}

export interface Today extends Income {
  readonly negativeCount: number;
}

export interface Negative {
  readonly date: BusinessDate;
  readonly count: number;
  readonly items: readonly {
    readonly userId: string;
    readonly name: string;
    readonly balanceMinor: number;
  }[];
}

export type TopTaskBy = "day" | "week" | "month" | "range";

export interface TopTask {
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly jiraId: string | null;
  readonly completedAt: string;
  readonly assignee: Person;
}

export interface TopTaskPeriod {
  readonly from: BusinessDate;
  readonly to: BusinessDate;
  readonly rewardMinor?: number;
  readonly ties?: number;
  readonly task: TopTask | null;
}

export interface TopTasks {
  readonly by: TopTaskBy;
  readonly items: readonly TopTaskPeriod[];
}

/** What the feed says. A payload without the resource itself means "it changed, read it again". */
export interface FeedEvents {
  task: { readonly id: string; readonly type?: string; readonly task?: Task };
  account: { readonly userId: string; readonly balanceMinor?: number };
  payout: {
    readonly id: string;
    readonly userId: string;
    readonly businessDate: BusinessDate;
    readonly state: PayoutState;
  };
  mail: { readonly id: string; readonly userId: string; readonly state: Receipt["state"] };
  day: { readonly businessDate: BusinessDate; readonly state: DayState };
  job: Job;
  command: { readonly id: string; readonly state?: Command["state"] };
  reset: null;
}
