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

/**
 * The last balance of each account dated up to `:date`. Accounts are found by stepping through the primary key, not by
 * reading every row of every date (`distinct on`), and not by the list of people, which a person's balance may precede.
 */
const NEGATIVE = `
  with recursive ids as (
    (select account_id from analytics_balances order by account_id limit 1)
    union all
    select (select account_id from analytics_balances b where b.account_id > ids.account_id
             order by account_id limit 1)
      from ids where ids.account_id is not null
  )
  select ids.account_id as "userId", p.name, last.balance
    from ids
    cross join lateral (
      select balance from analytics_balances b
       where b.account_id = ids.account_id and b.business_date <= cast(:date as date)
       order by business_date desc limit 1
    ) last
    left join analytics_people p on p.id = ids.account_id
   where last.balance < 0
   order by last.balance, p.name, ids.account_id`;

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
