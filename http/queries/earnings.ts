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

/**
 * A sealed date's sums are in its seal, and nothing is posted to it any more (DAY-6); dates are sealed in order, so entries
 * are summed of the dates after the last one only. Of ten million entries it read all of the month's.
 */
const EARNINGS = `
  with sealed as (select business_date, fees, rewards from days where state = 'closed'),
       opened as (
         select business_date, coalesce(-sum(amount) filter (where kind = 'fee'), 0)::bigint as fees,
                coalesce(sum(amount) filter (where kind = 'reward'), 0)::bigint as rewards
           from entries
          where business_date between cast(:from as date) and cast(:to as date)
            and business_date > coalesce((select max(business_date) from sealed), '-infinity')
            and kind in ('fee', 'reward')
          group by business_date)
  select business_date as "businessDate", fees, rewards from opened
   union all
  select business_date, fees, rewards from sealed
   where business_date between cast(:from as date) and cast(:to as date) and (fees <> 0 or rewards <> 0)
   order by 1`;

/** Every business date of the range with a fee or a reward, oldest first. A fee debits a person: its amount is negative. */
export async function readEarnings(database: Knex, range: DateRange): Promise<Earnings> {
  const { rows } = await database.raw<{ rows: FeesAndRewards[] }>(EARNINGS, { ...range });
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
