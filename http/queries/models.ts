/**
 * Objection models of the tables that the rarer plain lists are read from. They only read; each table's owner writes it with
 * its own SQL. Columns become camelCase; values are what column-types.ts makes of them.
 */
import { Model, type RelationMappings, snakeCaseMappers } from "objection";
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { Role } from "../../schemas/envelope.ts";
import type { JobId, PayoutId, UserId } from "../../schemas/ids.ts";
import type { Minor } from "../../schemas/money.ts";
import type { ImportResult, JobState, Notifications, ShuffleResult } from "../../schemas/resources.ts";

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

export class JobModel extends ReadModel {
  static override tableName = "jobs";
  declare id: JobId;
  declare kind: "shuffle" | "import";
  declare creatorId: UserId;
  declare state: JobState;
  declare done: number;
  declare total: number;
  declare result: ShuffleResult | ImportResult | null;
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
  declare provider: "sandbox" | "http" | null;
  declare steps: readonly { readonly at: string; readonly what: string }[];
}
