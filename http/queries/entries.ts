/** An account's audit log (ACC-6), newest first. */
import type { Knex } from "knex";
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { TaskId, UserId, Uuid } from "../../schemas/ids.ts";
import type { Minor } from "../../schemas/money.ts";
import type { Page } from "../route.ts";
import { decodeCursor } from "./cursor.ts";
import { cutPage, PAGE_SIZE_DEFAULT, type PageRequest, pageSize } from "./page.ts";
import { rowsOf, type Statement, Values } from "./statement.ts";

export type EntryKind = "fee" | "reward" | "payout" | "payout-return" | "bonus" | "correction";

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
  const size = pageSize(request);
  const rows = await rowsOf<EntryResource>(database, entriesStatement(request, size));
  return cutPage(rows, size, LIST, (entry) => [entry.number], asItIs);
}

/** Its rows are the resources. */
export function entriesStatement(request: EntryListRequest, size: number): Statement {
  const { place, all: values } = new Values();
  const { userId, from, to, cursor } = request;
  const conditions = [
    `account_id = ${place(userId)}`,
    ...(from === undefined ? [] : [`business_date >= ${place(from)}`]),
    ...(to === undefined ? [] : [`business_date <= ${place(to)}`]),
    ...(cursor === undefined ? [] : [`number < ${place(decodeCursor(LIST, cursor, ["int8"])[0])}`]),
  ];
  const text = `
    select transfer_id as id, number, kind, amount as "amountMinor", balance_after as "balanceAfterMinor",
           task_id as "taskId", title, jira_id as "jiraId", business_date as "businessDate",
           occurred_at as "occurredAt", trace_id as "traceId"
      from entries where ${conditions.join(" and ")} order by number desc limit ${size + 1}`;
  const isCommon = from === undefined && to === undefined && size === PAGE_SIZE_DEFAULT;
  return { name: isCommon ? `${LIST}:${cursor === undefined ? "" : "cursor"}` : undefined, text, values };
}

function asItIs(entry: EntryResource): EntryResource {
  return entry;
}
