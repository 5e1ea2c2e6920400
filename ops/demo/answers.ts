/** What the demo reads of the API's answers (docs: `/api/openapi.json`): written down here, as a client outside would. */

export interface Person {
  readonly id: string;
  readonly name: string;
}

export interface User extends Person {
  readonly email: string;
  readonly role: Role;
  readonly active: boolean;
  readonly locale: Locale;
}

export type Role = "admin" | "manager" | "accountant" | "employee";
export type Locale = "en" | "ru";

export interface Company {
  readonly name: string;
  readonly currency: string;
  readonly timeZone: string;
  readonly cutOff: string;
  readonly businessDate: string;
}

export interface Task {
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly jiraId: string | null;
  readonly status: "open" | "in-progress" | "done" | "cancelled";
  readonly assignee: Person;
  readonly createdBy: Person;
  readonly feeMinor: number;
  readonly rewardMinor: number;
  readonly billing: { readonly fee: "pending" | "charged"; readonly reward: "none" | "pending" | "paid" };
  readonly completedAt: string | null;
}

export interface HistoryItem {
  readonly kind: "created" | "assigned" | "started" | "edited" | "completed" | "cancelled" | "fee" | "reward";
  readonly assignee: Person;
  readonly amountMinor: number | null;
  readonly businessDate: string;
}

export interface Job {
  readonly state: "queued" | "running" | "done" | "failed";
  readonly done: number;
  readonly total: number;
  readonly result: { readonly moved: number; readonly unchanged: number; readonly skipped: number } | null;
}

export interface Account {
  readonly userId: string;
  readonly name: string;
  readonly balanceMinor: number;
  readonly earnedTodayMinor: number;
}

export interface Entry {
  readonly number: number;
  readonly kind: "fee" | "reward" | "payout" | "payout-return" | "bonus" | "correction";
  readonly amountMinor: number;
  readonly balanceAfterMinor: number;
  readonly taskId: string | null;
  readonly title: string | null;
  readonly jiraId: string | null;
  readonly businessDate: string;
}

export interface Income {
  readonly feesMinor: number;
  readonly rewardsMinor: number;
  readonly incomeMinor: number;
}

export interface Earnings {
  readonly items: readonly (Income & { readonly businessDate: string })[];
  readonly total: Income;
}

export interface Day {
  readonly businessDate: string;
  readonly state: "open" | "closing" | "closed";
  readonly progress: { readonly done: number; readonly total: number };
  readonly totals: Income & { readonly payoutsMinor: number; readonly payouts: number };
  readonly heldAccounts: readonly { readonly userId: string; readonly reason: string }[];
  readonly sealHash: string | null;
}

export interface Payout {
  readonly userId: string;
  readonly name: string;
  readonly businessDate: string;
  readonly amountMinor: number;
  readonly state: "requested" | "submitted" | "settled" | "failed" | "returned";
}

export interface Negative {
  readonly date: string;
  readonly count: number;
  readonly items: readonly { readonly userId: string; readonly balanceMinor: number }[];
}

export interface TopTasks {
  readonly items: readonly TopTask[];
}

export interface TopTask {
  readonly from: string;
  readonly to: string;
  readonly rewardMinor?: number;
  readonly ties?: number;
  readonly task: { readonly id: string; readonly number: number; readonly completedAt: string } | null;
}

export interface Letter {
  readonly id: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}
