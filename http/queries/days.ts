/**
 * Business days (DAY-6): the open one, those being closed, and those that are sealed.
 * A sealed day shows what was sealed; the others show what the ledger holds for them by now.
 */
import type { Knex } from "knex";
import { type BusinessDate, plusDays } from "../../schemas/business-date.ts";
import type { UserId } from "../../schemas/ids.ts";
import { type Minor, minor } from "../../schemas/money.ts";
import type { Page } from "../route.ts";
import { type InstalledCompany, readCompany } from "./company.ts";
import { decodeCursor } from "./cursor.ts";
import { type Income, income } from "./earnings.ts";
import { cutPage, type PageRequest, pageSize } from "./page.ts";

export interface DayTotals extends Income {
  readonly payoutsMinor: Minor;
  readonly payouts: number;
}

export interface HeldAccount {
  readonly userId: UserId;
  readonly reason: string;
}

export interface DayResource {
  readonly businessDate: BusinessDate;
  readonly state: "open" | "closing" | "closed";
  /** Account partitions that have closed the day, of all. */
  readonly progress: { readonly done: number; readonly total: number };
  readonly totals: DayTotals;
  readonly heldAccounts: readonly HeldAccount[];
  readonly sealHash: string | null;
  readonly closedAt: string | null;
}

interface Row {
  readonly businessDate: BusinessDate;
  /** Null: the day-close actor does not know of the date yet. */
  readonly state: "closing" | "closed" | null;
  readonly partitionsClosed: number;
  readonly fees: number;
  readonly rewards: number;
  readonly payouts: number;
  readonly payoutsTotal: number;
  readonly held: readonly HeldAccount[] | null;
  readonly sealHash: string | null;
  readonly closedAt: string | null;
}

const LIST = "days";

/**
 * Dates the day-close actor has a row for, and those after them up to the board's date that it has not heard of yet:
 * a date must not vanish from the list between its end on the board and the actor's first commit for it.
 * `partitions` has one element per account partition that has closed.
 */
const DAYS = `
  with dates as (
    select business_date from days
    union
    select generate_series(coalesce((select max(business_date) + 1 from days), cast(:firstDate as date)),
                           cast(:openDate as date), interval '1 day')::date
  ), shown as (
    select business_date from dates where business_date between cast(:from as date) and cast(:to as date)
     order by business_date desc limit :rows
  )
  select shown.business_date as "businessDate", state, held, seal_hash as "sealHash", closed_at as "closedAt",
         coalesce(jsonb_array_length(partitions), 0) as "partitionsClosed",
         coalesce(case when state = 'closed' then days.fees end, so_far.fees) as fees,
         coalesce(case when state = 'closed' then days.rewards end, so_far.rewards) as rewards,
         coalesce(case when state = 'closed' then days.payouts end, so_far.payouts) as payouts,
         coalesce(case when state = 'closed' then days.payouts_total end, so_far.payouts_total) as "payoutsTotal"
    from shown
    left join days on days.business_date = shown.business_date
    left join lateral (
      select coalesce(-sum(amount) filter (where kind = 'fee'), 0)::bigint as fees,
             coalesce(sum(amount) filter (where kind = 'reward'), 0)::bigint as rewards,
             count(*) filter (where kind = 'payout') as payouts,
             coalesce(-sum(amount) filter (where kind = 'payout'), 0)::bigint as payouts_total
        from entries where business_date = shown.business_date and days.state is distinct from 'closed'
    ) so_far on true
   order by shown.business_date desc`;

/** The open day first, then the others, newest first. */
export async function listDays(database: Knex, request: PageRequest): Promise<Page<DayResource>> {
  const company = await readCompany(database);
  const before = request.cursor === undefined ? undefined : decodeCursor(LIST, request.cursor, ["date"])[0];
  const to = before === undefined ? company.businessDate : plusDays(before as BusinessDate, -1);
  const rows = await readDays(database, company, EARLIEST, to, pageSize(request) + 1);
  return cutPage(
    rows,
    pageSize(request),
    LIST,
    (row) => [row.businessDate],
    (row) => dayResource(row, company),
  );
}

/** Undefined for a date still to come, or before the first. */
export async function findDay(database: Knex, date: BusinessDate): Promise<DayResource | undefined> {
  const company = await readCompany(database);
  const [row] = await readDays(database, company, date, date, 1);
  return row === undefined ? undefined : dayResource(row, company);
}

const EARLIEST = "0001-01-01";

async function readDays(
  database: Knex,
  company: InstalledCompany,
  from: string,
  to: string,
  rows: number,
): Promise<readonly Row[]> {
  const bindings = { firstDate: company.firstDate, openDate: company.businessDate, from, to, rows };
  return (await database.raw<{ rows: Row[] }>(DAYS, bindings)).rows;
}

function dayResource(row: Row, company: InstalledCompany): DayResource {
  const state = row.state ?? (row.businessDate === company.businessDate ? "open" : "closing");
  const total = company.partitions;
  return {
    businessDate: row.businessDate,
    state,
    progress: { done: state === "closed" ? total : row.partitionsClosed, total },
    totals: {
      ...income(row.fees, row.rewards),
      payoutsMinor: minor(row.payoutsTotal),
      payouts: row.payouts,
    },
    heldAccounts: (row.held ?? []).map(({ userId, reason }) => ({ userId, reason })),
    sealHash: row.sealHash,
    closedAt: row.closedAt,
  };
}
