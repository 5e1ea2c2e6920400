/** An account's audit log (ACC-6), newest first; a statement's oldest first (ACC-8). */
import type { Knex } from "knex";
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { TaskId, UserId, Uuid } from "../../schemas/ids.ts";
import { type Minor, ZERO } from "../../schemas/money.ts";
import type { Page } from "../route.ts";
import { decodeCursor } from "./cursor.ts";
import { cutPage, PAGE_SIZE_DEFAULT, type PageRequest, pageSize } from "./page.ts";
import { rowsOf, type Statement, Values } from "./statement.ts";
import { searchCondition } from "./task-search.ts";

export const ENTRY_KINDS = ["fee", "reward", "payout", "payout-return", "bonus", "correction"] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

export interface EntryResource {
  readonly id: Uuid;
  readonly number: number;
  readonly kind: EntryKind;
  readonly amountMinor: Minor;
  readonly balanceAfterMinor: Minor;
  readonly taskId: TaskId | null;
  readonly taskNumber: number | null;
  readonly title: string | null;
  readonly jiraId: string | null;
  readonly businessDate: BusinessDate;
  readonly occurredAt: string;
  readonly traceId: string;
}

export interface EntryFilter {
  readonly userId: UserId;
  /** Business dates, both included. */
  readonly from?: BusinessDate;
  readonly to?: BusinessDate;
  readonly kind?: readonly EntryKind[];
  /** Of tasks that a search for it finds now. */
  readonly q?: string;
  readonly isOldestFirst?: boolean;
}

export interface EntryListRequest extends EntryFilter, PageRequest {}

const LIST = "entries";

export async function listEntries(database: Knex, request: EntryListRequest): Promise<Page<EntryResource>> {
  const size = pageSize(request);
  const rows = await rowsOf<EntryResource>(database, entriesStatement(request, size));
  return cutPage(rows, size, LIST, (entry) => [entry.number], asItIs);
}

/** What an account stood at when a business date began. */
export async function lastBalanceBefore(database: Knex, userId: UserId, date: BusinessDate): Promise<Minor> {
  const [last] = await rowsOf<{ balance: Minor }>(database, {
    text: `select balance_after as balance from entries where account_id = $1 and business_date < $2
            order by number desc limit 1`,
    values: [userId, date],
  });
  return last?.balance ?? ZERO;
}

/** Its rows are the resources. */
export function entriesStatement(request: EntryListRequest, size: number): Statement {
  const { place, all: values } = new Values();
  const { userId, from, to, kind, q, isOldestFirst = false, cursor } = request;
  const [order, beyond] = isOldestFirst ? ["asc", ">"] : ["desc", "<"];
  const conditions = [
    `account_id = ${place(userId)}`,
    ...(from === undefined ? [] : [`business_date >= ${place(from)}`]),
    ...(to === undefined ? [] : [`business_date <= ${place(to)}`]),
    ...(kind === undefined ? [] : [`kind = any(${place(kind)})`]),
    ...(q === undefined ? [] : [`task_id in (select id from tasks where ${searchCondition(q, place)})`]),
    ...(cursor === undefined ? [] : [`number ${beyond} ${place(decodeCursor(LIST, cursor, ["int8"])[0])}`]),
  ];
  const page = `select * from entries where ${conditions.join(" and ")} order by number ${order} limit ${size + 1}`;
  const text = `
    select transfer_id as id, number, kind, amount as "amountMinor", balance_after as "balanceAfterMinor",
           task_id as "taskId", task_number as "taskNumber", title, jira_id as "jiraId",
           business_date as "businessDate", occurred_at as "occurredAt", trace_id as "traceId"
      from (${page}) as page
      left join (select id, number as task_number from tasks) as task on task.id = task_id
     order by number ${order}`;
  const { limit: _, cursor: __, userId: ___, ...filter } = request;
  const isCommon = Object.keys(filter).length === 0 && size === PAGE_SIZE_DEFAULT;
  return { name: isCommon ? `${LIST}:${cursor === undefined ? "" : "cursor"}` : undefined, text, values };
}

function asItIs(entry: EntryResource): EntryResource {
  return entry;
}
