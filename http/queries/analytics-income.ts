/** Management income by business date (AN-1), from the analytics tables alone: built of facts, never of the ledger (AN-3). */
import type { Knex } from "knex";
import type { DateRange } from "./date-range.ts";
import { type Earnings, earnings, type FeesAndRewards } from "./earnings.ts";
import { rowsOf, type Statement } from "./statement.ts";

/** Every business date of the range with a fee or a reward, oldest first. */
export async function readAnalyticsIncome(database: Knex, range: DateRange): Promise<Earnings> {
  return earnings(await rowsOf<FeesAndRewards>(database, incomeStatement(range)));
}

export function incomeStatement({ from, to }: DateRange): Statement {
  const text = `
    select business_date as "businessDate", sum(fees)::bigint as fees, sum(rewards)::bigint as rewards
      from analytics.income
     where business_date between $1::date and $2::date
     group by business_date
    having sum(fees) <> 0 or sum(rewards) <> 0
     order by business_date`;
  return { name: "income", text, values: [from, to] };
}
