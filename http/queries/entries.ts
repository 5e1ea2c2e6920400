/** An account's audit log (ACC-6), newest first. */
import type { Knex } from "knex";
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { TaskId, UserId, Uuid } from "../../schemas/ids.ts";
import type { Minor } from "../../schemas/money.ts";
import type { Page } from "../route.ts";
import { decodeCursor } from "./cursor.ts";
import { type EntryKind, EntryModel } from "./models.ts";
import { cutPage, type PageRequest, pageSize } from "./page.ts";

export interface EntryResource {
  readonly id: Uuid;
  readonly number: number;
  readonly kind: EntryKind;
  readonly amountMinor: Minor;
  readonly balanceAfterMinor: Minor;
  readonly taskId: TaskId | null;
  readonly title: string | null;
  readonly jiraId: string | null;
  readonly businessDate: BusinessDate;
  readonly occurredAt: string;
  readonly traceId: string;
}

export interface EntryListRequest extends PageRequest {
  readonly userId: UserId;
  /** Business dates, both included. */
  readonly from?: BusinessDate;
  readonly to?: BusinessDate;
}

const LIST = "entries";

export async function listEntries(database: Knex, request: EntryListRequest): Promise<Page<EntryResource>> {
  const query = EntryModel.query(database)
    .where("account_id", request.userId)
    .orderBy("number", "desc")
    .limit(pageSize(request) + 1);
  if (request.from !== undefined) query.where("business_date", ">=", request.from);
  if (request.to !== undefined) query.where("business_date", "<=", request.to);
  if (request.cursor !== undefined)
    query.where("number", "<", decodeCursor(LIST, request.cursor, ["int8"])[0]);
  return cutPage(await query, pageSize(request), LIST, (entry) => [entry.number], entryResource);
}

function entryResource(entry: EntryModel): EntryResource {
  return {
    id: entry.transferId,
    number: entry.number,
    kind: entry.kind,
    amountMinor: entry.amount,
    balanceAfterMinor: entry.balanceAfter,
    taskId: entry.taskId,
    title: entry.title,
    jiraId: entry.jiraId,
    businessDate: entry.businessDate,
    occurredAt: entry.occurredAt,
    traceId: entry.traceId,
  };
}
