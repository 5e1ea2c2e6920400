/** Who is below zero, now or at the close of a past business date (AN-1), from the analytics tables alone (AN-3). */
import type { Knex } from "knex";
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { UserId } from "../../schemas/ids.ts";
import type { Minor } from "../../schemas/money.ts";
import { person } from "./person.ts";

export interface NegativeBalance {
  readonly userId: UserId;
  readonly name: string;
  readonly balanceMinor: Minor;
}

/** Those whose spell below zero holds the date, each with its last balance up to it: as many rows as are answered. */
const NEGATIVE = `
  select below.account_id as "userId", p.name, last.balance
    from analytics.below below
    cross join lateral (
      select balance from analytics.balances b
       where b.account_id = below.account_id and b.business_date <= cast(:date as date)
       order by business_date desc limit 1
    ) last
    left join analytics.people p on p.id = below.account_id
   where daterange(below.since, below.until) @> cast(:date as date)
   order by last.balance, p.name, below.account_id`;

const COUNT = `select count(*)::int as count from analytics.below where daterange(since, until) @> cast(:date as date)`;

/** Deepest first. */
export async function readNegative(database: Knex, date: BusinessDate): Promise<readonly NegativeBalance[]> {
  const { rows } = await database.raw<{ rows: { userId: UserId; name: string | null; balance: Minor }[] }>(
    NEGATIVE,
    {
      date,
    },
  );
  return rows.map((row) => ({
    userId: row.userId,
    name: person(row.userId, row.name).name,
    balanceMinor: row.balance,
  }));
}

export async function countNegative(database: Knex, date: BusinessDate): Promise<number> {
  const { rows } = await database.raw<{ rows: { count: number }[] }>(COUNT, { date });
  return rows[0]?.count ?? 0;
}
