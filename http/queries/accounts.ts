/**
 * Accounts as people see them (ACC-6): balance, carried debt included, and what the business date has earned so far.
 * Everybody in the directory has an account (ACC-3): until its actor has opened it, its balance is zero.
 */
import type { Knex } from "knex";
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { UserId } from "../../schemas/ids.ts";
import type { Minor } from "../../schemas/money.ts";
import type { Page } from "../route.ts";
import { decodeCursor } from "./cursor.ts";
import { cutPage, type PageRequest, pageSize } from "./page.ts";

export interface AccountResource {
  readonly userId: UserId;
  readonly name: string;
  readonly balanceMinor: Minor;
  /** Sum of the fee and reward entries of `businessDate`, up to `asOf`. */
  readonly earnedTodayMinor: Minor;
  readonly businessDate: BusinessDate;
  readonly asOf: string;
}

/** `at` in the past gives the books as they stood then; without it, or in the future, as they stand now (ACC-8). */
export interface Moment {
  readonly at?: string;
  readonly nowMs: number;
}

interface Row {
  readonly userId: UserId;
  readonly name: string;
  readonly balance: Minor;
  readonly earned: Minor;
  readonly businessDate: BusinessDate;
}

const LIST = "accounts";

const DATE_NOW = "(select business_date from board), (select first_date from installation)";

/** The first date whose end was still to come. Only for the past: clocks differ, and now is what the board says. */
const DATE_THEN = `(select min(business_date) from days where ended_at > cast(:at as timestamptz)), ${DATE_NOW}`;

/**
 * The past is a sum over what had occurred by then, not `balance_after` of the last entry by number: entries are
 * numbered in the order they were posted, and a fact may be posted after a later one of another channel.
 */
function accountsAs(of: "now" | "then"): string {
  const until = of === "now" ? "" : "and occurred_at <= cast(:at as timestamptz)";
  const balance =
    of === "now"
      ? "(select balance from accounts where id = users.id)"
      : `(select sum(amount) from entries where account_id = users.id ${until})`;
  return `
    with today as (select coalesce(${of === "now" ? DATE_NOW : DATE_THEN}) as on_date)
    select users.id as "userId", users.name, coalesce(${balance}, 0)::bigint as balance, on_date as "businessDate",
           coalesce((select sum(amount) from entries where account_id = users.id and business_date = on_date
                        and kind in ('fee', 'reward') ${until}), 0)::bigint as earned
      from users, today`;
}

export async function findAccount(
  database: Knex,
  userId: UserId,
  moment: Moment,
): Promise<AccountResource | undefined> {
  const { sql, bindings, asOf } = statement(moment);
  const { rows } = await database.raw<{ rows: Row[] }>(`${sql} where users.id = :userId`, {
    ...bindings,
    userId,
  });
  return rows[0] === undefined ? undefined : accountResource(rows[0], asOf);
}

/** Every account, disabled people's included, by name. */
export async function listAccounts(
  database: Knex,
  request: PageRequest & Moment,
): Promise<Page<AccountResource>> {
  const { sql, bindings, asOf } = statement(request);
  const key = request.cursor === undefined ? undefined : decodeCursor(LIST, request.cursor, ["text", "uuid"]);
  const after = key === undefined ? "" : "where (users.name, users.id) > (:name, :id)";
  const [name, id] = key ?? ["", ""];
  const { rows } = await database.raw<{ rows: Row[] }>(
    `${sql} ${after} order by users.name, users.id limit :rows`,
    {
      ...bindings,
      ...(key === undefined ? {} : { name, id }),
      rows: pageSize(request) + 1,
    },
  );
  return cutPage(
    rows,
    pageSize(request),
    LIST,
    (row) => [row.name, row.userId],
    (row) => accountResource(row, asOf),
  );
}

function statement({ at, nowMs }: Moment): { sql: string; bindings: { at: string }; asOf: string } {
  const now = new Date(nowMs).toISOString();
  const asOf = at === undefined || at >= now ? now : at;
  return { sql: accountsAs(asOf === at ? "then" : "now"), bindings: { at: asOf }, asOf };
}

function accountResource(row: Row, asOf: string): AccountResource {
  return {
    userId: row.userId,
    name: row.name,
    balanceMinor: row.balance,
    earnedTodayMinor: row.earned,
    businessDate: row.businessDate,
    asOf,
  };
}
