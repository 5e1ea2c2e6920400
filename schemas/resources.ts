/** Resources that both an actor's answer and a query show: one shape, so that they cannot drift (api.md). */
import type { BusinessDate } from "./business-date.ts";
import type { Role } from "./envelope.ts";
import type { ScheduleCreateV1 } from "./generated/messages.ts";
import type { JobId, PayoutId, ScheduleId, TaskId, UserId, Uuid } from "./ids.ts";
import type { Minor } from "./money.ts";

export interface Person {
  readonly id: UserId;
  readonly name: string;
}

export type TaskStatus = "open" | "in-progress" | "done" | "cancelled";

/** How a task's money stands; a read model, never a gate (TT-11). */
export interface Billing {
  readonly fee: "pending" | "charged";
  readonly reward: "none" | "pending" | "paid";
}

export interface TaskResource {
  readonly id: TaskId;
  readonly number: number;
  readonly title: string;
  readonly jiraId: string | null;
  readonly description: string | null;
  readonly status: TaskStatus;
  readonly assignee: Person;
  readonly createdBy: Person;
  readonly feeMinor: Minor;
  readonly rewardMinor: Minor;
  readonly billing: Billing;
  readonly createdAt: string;
  readonly assignedAt: string;
  readonly completedAt: string | null;
  readonly version: number;
}

export interface Notifications {
  readonly assigned: boolean;
  readonly receipt: boolean;
  readonly statement: boolean;
}

export interface UserResource {
  readonly id: UserId;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly active: boolean;
  readonly locale: "en" | "ru";
  readonly notifications: Notifications;
}

export type JobState = "queued" | "running" | "done" | "failed";

export interface ShuffleResult {
  readonly moved: number;
  readonly unchanged: number;
  readonly skipped: number;
}

export interface ImportResult {
  readonly created: number;
  /** Rows whose task was there already. */
  readonly unchanged: number;
  readonly rejected: number;
}

/** What is wrong with a row of a file; `row` as a spreadsheet numbers it, the header being 1 (TT-12). */
export interface RowError {
  readonly row: number;
  /** The file's name for the column; null when it is about the whole row. */
  readonly column: string | null;
  readonly code: string;
  readonly detail: string;
}

export interface JobResource {
  readonly id: JobId;
  readonly kind: "shuffle" | "import";
  readonly state: JobState;
  readonly done: number;
  readonly total: number;
  readonly result: ShuffleResult | ImportResult | null;
  /** The first ones; all of them are in the file of rejected rows. */
  readonly errors: readonly RowError[];
}

export type CorrectionState = "proposed" | "approved" | "rejected";

/** Money moved by hand: proposed by one accountant, decided by another (ACC-5). */
export interface CorrectionResource {
  readonly id: Uuid;
  readonly userId: UserId;
  readonly kind: "correction" | "bonus";
  readonly amountMinor: Minor;
  readonly reason: string;
  readonly state: CorrectionState;
  readonly proposedBy: UserId;
  readonly proposedAt: string;
  readonly decidedBy: UserId | null;
  readonly decidedAt: string | null;
  /** Why it was rejected. */
  readonly decision: string | null;
}

/** A mail has been asked for once more. */
export interface MailAnswer {
  readonly mailId: Uuid;
}

/** A receipt has been asked for once more; the mailer's facts tell what became of it. */
export interface ResendAnswer {
  readonly payoutId: PayoutId;
  readonly mailId: Uuid;
}

/** The provider is asked; the payout's own steps tell what it says. */
export interface EnquiryAnswer {
  readonly payoutId: PayoutId;
}

/** Where a person's payouts go from now on. */
export interface PayeeAnswer {
  readonly iban: string;
  readonly holder: string;
}

export interface DayCloseAnswer {
  readonly businessDate: BusinessDate;
  readonly state: "closing" | "closed";
}

/** A subscription as admins see it (NOT-1); its secret is shown once, by the answer that makes it. */
export interface WebhookResource {
  readonly id: Uuid;
  readonly url: string;
  readonly types: readonly string[];
  readonly description: string;
  readonly state: "active" | "paused" | "disabled" | "deleted";
  readonly secretVersion: number;
  /** Until when the secret before signs, too. */
  readonly previousSecretUntil: string | null;
  readonly failingSince: string | null;
  readonly failure: string | null;
  readonly createdAt: string;
  readonly changedAt: string;
}

export interface DeliveryResource {
  readonly id: Uuid;
  readonly number: number;
  readonly factId: Uuid;
  readonly type: string;
  readonly state: "pending" | "delivered" | "failed";
  readonly attempts: number;
  readonly nextAttemptAt: string | null;
  readonly status: number | null;
  readonly failure: string | null;
  readonly durationMs: number | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export type CatchUp = ScheduleCreateV1["catchUp"];
export type ScheduledWork = ScheduleCreateV1["work"];

export interface ScheduleResource {
  readonly id: ScheduleId;
  readonly name: string;
  /** Five fields, on the wall clock of the company's zone. */
  readonly cron: string;
  readonly catchUp: CatchUp;
  readonly work: ScheduledWork;
  readonly paused: boolean;
  /** May lie behind: what was missed is being caught up. */
  readonly nextDueAt: string | null;
  /** The next ones from now on; none while it is paused. */
  readonly dueTimes: readonly string[];
  readonly lastFiredAt: string | null;
  readonly timesFired: number;
  /** Null: it came with the installation. */
  readonly writtenBy: UserId | null;
}
