/**
 * Objection models of the tables that plain lists are read from. They only read; each table's owner writes it with
 * its own SQL. Columns become camelCase; values are what column-types.ts makes of them.
 */
import { Model, type RelationMappings, snakeCaseMappers } from "objection";
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { Role } from "../../schemas/envelope.ts";
import type { JobId, PayoutId, TaskId, UserId, Uuid } from "../../schemas/ids.ts";
import type { Minor } from "../../schemas/money.ts";
import type { JobState, Notifications, ShuffleResult, TaskStatus } from "../../schemas/resources.ts";

class ReadModel extends Model {
  static override columnNameMappers = snakeCaseMappers();
}

export class UserModel extends ReadModel {
  static override tableName = "users";
  declare id: UserId;
  declare email: string;
  declare name: string;
  declare role: Role;
  declare active: boolean;
  declare locale: "en" | "ru";
  declare notifications: Notifications;
}

/** A to-one relation to the directory's people by `column` of `table`. */
function personBy(table: string, column: string): RelationMappings[string] {
  return {
    relation: Model.BelongsToOneRelation,
    modelClass: UserModel,
    filter: (query) => query.select("users.id", "users.name"),
    join: { from: `${table}.${column}`, to: "users.id" },
  };
}

export class TaskModel extends ReadModel {
  static override tableName = "tasks";
  static override relationMappings = {
    assignee: personBy("tasks", "assignee_id"),
    creator: personBy("tasks", "created_by"),
  };
  declare id: TaskId;
  declare number: number;
  declare title: string;
  declare jiraId: string | null;
  declare description: string | null;
  declare status: TaskStatus;
  declare assigneeId: UserId;
  declare assignee?: UserModel;
  declare createdBy: UserId;
  declare creator?: UserModel;
  declare fee: Minor;
  declare reward: Minor;
  declare createdAt: string;
  declare assignedAt: string;
  declare completedAt: string | null;
  declare version: number;
  /** Selected beside the columns: fee entries are as many as assignments; a reward entry exists (TT-11). */
  declare feeCharged: boolean;
  declare rewardPaid: boolean;
}

export class JobModel extends ReadModel {
  static override tableName = "jobs";
  declare id: JobId;
  declare kind: "shuffle";
  declare creatorId: UserId;
  declare state: JobState;
  declare done: number;
  declare total: number;
  declare result: ShuffleResult | null;
  declare errors: readonly string[];
}

export type EntryKind = "fee" | "reward" | "payout" | "payout-return" | "bonus" | "correction";

export class EntryModel extends ReadModel {
  static override tableName = "entries";
  static override idColumn = ["account_id", "number"];
  declare accountId: UserId;
  declare number: number;
  declare transferId: Uuid;
  declare kind: EntryKind;
  declare amount: Minor;
  declare balanceAfter: Minor;
  declare taskId: TaskId | null;
  declare title: string | null;
  declare jiraId: string | null;
  declare businessDate: BusinessDate;
  declare occurredAt: string;
  declare traceId: string;
}

export type PayoutState = "requested" | "submitted" | "settled" | "failed" | "returned";

export class PayoutModel extends ReadModel {
  static override tableName = "payouts";
  static override relationMappings = { person: personBy("payouts", "account_id") };
  declare id: PayoutId;
  declare accountId: UserId;
  declare person?: UserModel;
  declare businessDate: BusinessDate;
  declare amount: Minor;
  declare state: PayoutState;
  declare attempts: number;
  declare failure: string | null;
  declare updatedAt: string;
}
