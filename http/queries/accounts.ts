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
import { rowsOf, type Statement, Values } from "./statement.ts";

export interface AccountResource {
  readonly userId: UserId;
  readonly name: string;
  readonly balanceMinor: Minor;
  /** Sum of the fee and reward entries of `businessDate`, up to `asOf`. */
  readonly earnedTodayMinor: Minor;
  readonly businessDate: BusinessDate;
  readonly asOf: string;
}

/** By which time the past is asked: of what had happened by then, or of what had been written down by then. */
export type Basis = "effective" | "recorded";

/** `at` in the past gives the books as they stood then; without it, or in the future, as they stand now (ACC-8). */
export interface Moment {
  readonly at?: string;
  readonly basis?: Basis;
  readonly nowMs: number;
}

type Row = Omit<AccountResource, "asOf">;

const LIST = "accounts";

const DATE_NOW = "(select business_date from board), (select first_date from installation)";

/** The first date whose end was still to come. Only for the past: clocks differ, and now is what the board says. */
function dateThen(at: string): string {
  return `(select min(business_date) from days where ended_at > ${at}::timestamptz), ${DATE_NOW}`;
}

/**
 * As the books stand now, or at the place `at`. The past is a sum over what had occurred, or was recorded, by then, not
 * `balance_after` of the last entry by number: entries are numbered in the order they were posted, and a fact may be
 * posted after a later one of another channel.
 */
function accountsAs(at: string | undefined, basis: Basis = "effective"): string {
  const until = at === undefined ? "" : `and ${TIME_OF[basis]} <= ${at}::timestamptz`;
  const balance =
    at === undefined
      ? "(select balance from accounts where id = users.id)"
      : `(select sum(amount) from entries where account_id = users.id ${until})`;
  return `
    with today as (select coalesce(${at === undefined ? DATE_NOW : dateThen(at)}) as on_date)
    select users.id as "userId", users.name, coalesce(${balance}, 0)::bigint as "balanceMinor",
           coalesce((select sum(amount) from entries where account_id = users.id and business_date = on_date
                        and kind in ('fee', 'reward') ${until}), 0)::bigint as "earnedTodayMinor",
           on_date as "businessDate"
      from users, today`;
}

const TIME_OF: Readonly<Record<Basis, string>> = {
  effective: "occurred_at",
  recorded: "coalesce(recorded_at, occurred_at)",
};

export async function findAccount(
  database: Knex,
  userId: UserId,
  moment: Moment,
): Promise<AccountResource | undefined> {
  const { asOf, at } = asked(moment);
  const [row] = await rowsOf<Row>(database, accountStatement(userId, at, moment.basis));
  return row === undefined ? undefined : { ...row, asOf };
}

const ACCOUNT_NOW = `${accountsAs(undefined)} where users.id = $1`;

export function accountStatement(userId: UserId, at?: string, basis?: Basis): Statement {
  if (at === undefined) {
    return { name: "account", text: ACCOUNT_NOW, values: [userId] };
  }
  return { text: `${accountsAs("$1", basis)} where users.id = $2`, values: [at, userId] };
}

/** Every account, disabled people's included, by name. */
export async function listAccounts(
  database: Knex,
  request: PageRequest & Moment,
): Promise<Page<AccountResource>> {
  const { asOf, at } = asked(request);
  const size = pageSize(request);
  const { place, all: values } = new Values();
  const accounts = accountsAs(at === undefined ? undefined : place(at), request.basis);
  const key = request.cursor === undefined ? undefined : decodeCursor(LIST, request.cursor, ["text", "uuid"]);
  const after =
    key === undefined ? "" : `where (users.name, users.id) > (${place(key[0])}, ${place(key[1])})`;
  const text = `${accounts} ${after} order by users.name, users.id limit ${size + 1}`;
  return cutPage(
    await rowsOf<Row>(database, { text, values }),
    size,
    LIST,
    (row) => [row.name, row.userId],
    (row) => ({ ...row, asOf }),
  );
}

/** `at` is there for the past alone. */
function asked({ at, nowMs }: Moment): { readonly asOf: string; readonly at?: string } {
  const now = new Date(nowMs).toISOString();
  return at === undefined || at >= now ? { asOf: now } : { asOf: at, at };
}
