/**
 * Sealed days (invariant 3): nothing is posted to them any more (DAY-6). An entry dated into a sealed day afterwards
 * cannot be told by its time; it is told by the day's totals, which the seal fixed and the entries must still give.
 */
import { type SealedPartition, sealHash } from "../../actors/ledger/seal.ts";
import type { BusinessDate } from "../../schemas/business-date.ts";
import { type Check, sqlCheck, Tally } from "./check.ts";

/** Totals as text: what is compared is what is shown. */
export const TOTALS_TEXT = "'%s fees of %s, %s rewards of %s'";

/** What the entries of each date and partition come to. */
export const DAY_SUMS = `
  select business_date, partition,
         format(${TOTALS_TEXT}, count(*) filter (where kind = 'fee'), coalesce(-sum(amount) filter (where kind = 'fee'), 0),
                count(*) filter (where kind = 'reward'), coalesce(sum(amount) filter (where kind = 'reward'), 0)) as posted,
         count(*) filter (where kind = 'payout') as payouts,
         coalesce(-sum(amount) filter (where kind = 'payout'), 0) as payouts_total
    from entries group by business_date, partition`;

export const NOTHING_POSTED = "'0 fees of 0, 0 rewards of 0'";

export function totalsText(json: string): string {
  const fields = ["fees", "feesMinor", "rewards", "rewardsMinor"].map((field) => `${json} ->> '${field}'`);
  return `format(${TOTALS_TEXT}, ${fields.join(", ")})`;
}

/** Also while the day is closing: a partition that says it is closed has posted and paid everything of the date. */
export const sealedTotalsAreTheEntries = sqlCheck(
  {
    id: "3a",
    rules: ["DAY-6"],
    says: "the totals of every closed day are the sums of its entries",
    unit: "partitions of days",
  },
  `with sums as (${DAY_SUMS}),
   parts as (
     select d.business_date, (p ->> 'partition')::int as partition, ${totalsText("(p -> 'posted')")} as posted,
            (p ->> 'payouts')::bigint as payouts, (p ->> 'payoutsMinor')::bigint as payouts_total,
            (p #>> '{posted,feesMinor}')::bigint as fees, (p #>> '{posted,rewardsMinor}')::bigint as rewards
       from days d cross join jsonb_array_elements(d.partitions) as p)
   select format('%s/%s', parts.business_date, lpad(parts.partition::text, 6, '0')) as ord, 1 as size,
          case
            when parts.posted <> coalesce(sums.posted, ${NOTHING_POSTED}) then
              format('%s in partition %s was closed with %s, its entries are %s', parts.business_date, parts.partition,
                     parts.posted, coalesce(sums.posted, ${NOTHING_POSTED}))
            when parts.payouts <> coalesce(sums.payouts, 0) or parts.payouts_total <> coalesce(sums.payouts_total, 0) then
              format('%s in partition %s was closed with %s payouts of %s, its entries are %s of %s', parts.business_date,
                     parts.partition, parts.payouts, parts.payouts_total, coalesce(sums.payouts, 0), coalesce(sums.payouts_total, 0))
          end as problem
     from parts left join sums on sums.business_date = parts.business_date and sums.partition = parts.partition
   union all
   select d.business_date::text, 0,
          case
            when d.state = 'closed' and count(distinct p.partition) <> $1::int then
              format('%s is sealed with %s of %s partitions', d.business_date, count(distinct p.partition), $1::int)
            when d.fees <> coalesce(sum(p.fees), 0) or d.rewards <> coalesce(sum(p.rewards), 0)
              or d.payouts <> coalesce(sum(p.payouts), 0) or d.payouts_total <> coalesce(sum(p.payouts_total), 0) then
              format('the totals of %s are not the sums of its partitions', d.business_date)
          end
     from days d left join parts p on p.business_date = d.business_date group by d.business_date`,
  (company) => [company.partitions],
);

const PAGE_DAYS = 200;

interface DayRow {
  business_date: BusinessDate;
  partitions: SealedPartition[];
  seal_hash: string | null;
}

/** Together with 3a: the seal is recomputed from the entries, bit for bit. */
export const sealsChain: Check = {
  id: "3b",
  rules: ["DAY-6"],
  says: "the seal of every closed day follows from its totals and the seal before",
  unit: "sealed days",
  async run(reader) {
    const tally = new Tally();
    const pages = reader.pages<DayRow>(
      `select business_date, partitions, seal_hash from days
        where business_date > $1::date and (state = 'closed' or seal_hash is not null) order by business_date limit $2`,
      ["-infinity"],
      (row) => [row.business_date],
      PAGE_DAYS,
    );
    let previous = "";
    for await (const page of pages) {
      for (const { business_date, partitions, seal_hash } of page) {
        const seal = sealHash(previous, business_date, partitions);
        const has = seal_hash === null ? "no seal" : `the seal ${seal_hash.slice(0, 12)}…`;
        const problem = `${business_date} has ${has}, its totals seal to ${seal.slice(0, 12)}…`;
        tally.count(seal === seal_hash ? undefined : problem);
        previous = seal_hash ?? "";
      }
    }
    return tally.outcome;
  },
};

export const daysAreSealedInOrder = sqlCheck(
  {
    id: "3c",
    rules: ["DAY-1", "DAY-2", "DAY-6"],
    says: "days are sealed in order, none is left out, and everybody is beyond the last",
    unit: "dates and books",
  },
  `with last as (select max(business_date) as date from days where state = 'closed')
   select 'date/' || due::date as ord, 1 as size,
          case when d.business_date is null then format('%s is not sealed, although %s after it is', due::date, last.date) end as problem
     from last cross join generate_series($1::date, last.date, interval '1 day') as due
     left join days d on d.business_date = due::date and d.state = 'closed'
   union all
   select 'board', 1, case when b.business_date <= last.date then
            format('the board''s business date is %s, although %s is sealed', b.business_date, last.date) end
     from board b cross join last
   union all
   select 'book/' || lpad(b.partition::text, 6, '0'), 1, case when b.business_date <= last.date then
            format('account partition %s books on %s, although %s is sealed', b.partition, b.business_date, last.date) end
     from books b cross join last`,
  (company) => [company.firstDate],
);
