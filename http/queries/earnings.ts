/**
 * What the company earned (ACC-7): fees minus rewards of a business date, from the ledger. Payouts move money that is
 * owed already: they never count, nor do returns, bonuses, corrections.
 */
import type { Knex } from "knex";
import type { BusinessDate } from "../../schemas/business-date.ts";
import { type Minor, minor } from "../../schemas/money.ts";
import type { DateRange } from "./date-range.ts";

export interface Income {
  readonly feesMinor: Minor;
  readonly rewardsMinor: Minor;
  readonly incomeMinor: Minor;
}

export interface IncomeOfDate extends Income {
  readonly businessDate: BusinessDate;
}

export interface Earnings {
  readonly items: readonly IncomeOfDate[];
  readonly total: Income;
}

export interface FeesAndRewards {
  readonly businessDate: BusinessDate;
  readonly fees: number;
  readonly rewards: number;
}

/** Every business date of the range with a fee or a reward, oldest first. A fee debits a person: its amount is negative. */
export async function readEarnings(database: Knex, { from, to }: DateRange): Promise<Earnings> {
  const { rows } = await database.raw<{ rows: FeesAndRewards[] }>(
    `select business_date as "businessDate",
            coalesce(-sum(amount) filter (where kind = 'fee'), 0)::bigint as fees,
            coalesce(sum(amount) filter (where kind = 'reward'), 0)::bigint as rewards
       from entries
      where business_date between cast(:from as date) and cast(:to as date) and kind in ('fee', 'reward')
      group by business_date order by business_date`,
    { from, to },
  );
  return earnings(rows);
}

export function earnings(rows: readonly FeesAndRewards[]): Earnings {
  const sum = (of: "fees" | "rewards") => rows.reduce((total, row) => total + row[of], 0);
  return {
    items: rows.map(({ businessDate, fees, rewards }) => ({ businessDate, ...income(fees, rewards) })),
    total: income(sum("fees"), sum("rewards")),
  };
}

export function income(fees: number, rewards: number): Income {
  return { feesMinor: minor(fees), rewardsMinor: minor(rewards), incomeMinor: minor(fees - rewards) };
}
