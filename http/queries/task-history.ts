/**
 * A task's life and its money in one list, oldest first (TT-10): what the board wrote down, and the fee and reward
 * entries that accounts posted for it. Entries have nobody in `by`: no person posts them.
 */
import type { Knex } from "knex";
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { TaskId, UserId, Uuid } from "../../schemas/ids.ts";
import type { Minor } from "../../schemas/money.ts";
import type { Person } from "../../schemas/resources.ts";
import type { Page } from "../route.ts";
import { decodeCursor } from "./cursor.ts";
import { cutPage, type PageRequest } from "./page.ts";
import { person } from "./person.ts";

export const HISTORY_KINDS = [
  "created",
  "assigned",
  "fee",
  "started",
  "edited",
  "completed",
  "reward",
  "cancelled",
] as const;

export interface HistoryItem {
  readonly at: string;
  readonly kind: (typeof HISTORY_KINDS)[number];
  readonly by: Person | null;
  readonly assignee: Person;
  /** Signed. Beside an assignment or a completion what it will cost or earn; of `fee` and `reward` what was posted. */
  readonly amountMinor: Minor | null;
  readonly businessDate: BusinessDate;
  readonly traceId: string | null;
}

/** A history is given whole unless a limit asks for pages; this many items at once in any case. */
export const HISTORY_ITEMS_MAX = 1_000;

interface Row extends Omit<HistoryItem, "by" | "assignee" | "amountMinor"> {
  readonly id: Uuid;
  readonly byId: UserId | null;
  readonly byName: string | null;
  readonly assigneeId: UserId;
  readonly assigneeName: string | null;
  readonly amount: Minor | null;
  /** Microseconds since the epoch: exact, where `at` is cut to milliseconds. */
  readonly atUs: number;
  /** Orders what happened in one instant: a cause before what follows from it. */
  readonly rank: number;
}

const LIST = "history";

const RANK = `array_position(array[${HISTORY_KINDS.map((kind) => `'${kind}'`).join(", ")}], kind)`;

const HISTORY = `
  with items as (
    select id, at, kind, by_id, assignee_id, null::bigint as amount, business_date, trace_id
      from task_history where task_id = :taskId
    union all
    select transfer_id, occurred_at, kind, null, account_id, amount, business_date, trace_id
      from entries where task_id = :taskId and kind in ('fee', 'reward')
  ), keyed as (
    select *, (extract(epoch from at) * 1000000)::bigint as at_us, ${RANK} as rank from items
  )
  select keyed.id, at, kind, by_id as "byId", sender.name as "byName", assignee_id as "assigneeId",
         assignee.name as "assigneeName", amount, business_date as "businessDate", trace_id as "traceId",
         at_us as "atUs", rank
    from keyed
    left join users sender on sender.id = by_id
    left join users assignee on assignee.id = assignee_id
   where :fromStart or (at_us, rank, keyed.id) > (cast(:atUs as bigint), cast(:rank as integer), cast(:id as uuid))
   order by at_us, rank, keyed.id
   limit :rows`;

const NIL = "00000000-0000-0000-0000-000000000000";

/** Undefined when there is no such task. */
export async function readTaskHistory(
  database: Knex,
  taskId: TaskId,
  request: PageRequest,
): Promise<Page<HistoryItem> | undefined> {
  const size = request.limit ?? HISTORY_ITEMS_MAX;
  const key =
    request.cursor === undefined ? undefined : decodeCursor(LIST, request.cursor, ["int8", "int4", "uuid"]);
  const [atUs, rank, id] = key ?? [0, 0, NIL];
  const bindings = { taskId, fromStart: key === undefined, atUs, rank, id, rows: size + 1 };
  const [known, { rows }] = await Promise.all([
    database("tasks").where("id", taskId).first("id"),
    database.raw<{ rows: Row[] }>(HISTORY, bindings),
  ]);
  if (known === undefined) return undefined;
  return cutPage(rows, size, LIST, (row) => [row.atUs, row.rank, row.id], historyItem);
}

function historyItem(row: Row): HistoryItem {
  return {
    at: row.at,
    kind: row.kind,
    by: row.byId === null ? null : person(row.byId, row.byName),
    assignee: person(row.assigneeId, row.assigneeName),
    amountMinor: row.amount,
    businessDate: row.businessDate,
    traceId: row.traceId,
  };
}
