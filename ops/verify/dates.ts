/** Business dates and control totals (invariant 3): dates go forward (DAY-1), and what was sent was posted (DAY-4). */
import { sqlCheck } from "./check.ts";
import { inFlight } from "./in-flight.ts";
import { DAY_SUMS, NOTHING_POSTED, TOTALS_TEXT, totalsText } from "./sealed-days.ts";

/** A payout is dated on the day it closes and booked before anything of a later date: so dates never go back. */
export const datesGoForward = sqlCheck(
  {
    id: "3d",
    rules: ["DAY-1", "DAY-6"],
    says: "the business dates of an account never go back, and none is beyond its partition's open date",
    unit: "entries",
  },
  `select account_id || '/' || lpad(number::text, 12, '0') as ord, 1 as size,
          case
            when dated.business_date < before then
              format('entry %s of account %s is dated %s, after one of %s', number, account_id, dated.business_date, before)
            when dated.business_date < $1::date or dated.business_date > coalesce(b.business_date, $1::date) then
              format('entry %s of account %s is dated %s, the open date of partition %s is %s', number, account_id,
                     dated.business_date, dated.partition, coalesce(b.business_date, $1::date))
          end as problem
     from (select account_id, number, partition, business_date,
                  lag(business_date) over (partition by account_id order by number) as before from entries) as dated
     left join books b on b.partition = dated.partition`,
  (company) => [company.firstDate],
);

/** What accounts have booked of a date's facts, whenever they did, and what still waits. */
const BOOKED = `
  select coalesce(late_of, business_date) as business_date, kind, abs(amount) as amount from entries where kind in ('fee', 'reward')
   union all
  select (data ->> 'businessDate')::date, case type when 'task.assigned' then 'fee' else 'reward' end,
         case type when 'task.assigned' then (data ->> 'feeMinor')::bigint else (data ->> 'rewardMinor')::bigint end
    from (${inFlight("account", "tasks", ["task.assigned", "task.completed"])}) as f`;

/** The board's own history must give what the board said, and the account partitions must have posted it. */
export const sentIsPosted = sqlCheck(
  {
    id: "3e",
    rules: ["DAY-3", "DAY-4"],
    says: "for every ended day, what the board sent is what its history says and what the accounts posted",
    unit: "days",
  },
  `with told as (
     select h.business_date,
            format(${TOTALS_TEXT}, count(*) filter (where kind = 'assigned'), coalesce(sum(fee) filter (where kind = 'assigned'), 0),
                   count(*) filter (where kind = 'completed'), coalesce(sum(reward) filter (where kind = 'completed'), 0)) as totals
       from task_history h join tasks t on t.id = h.task_id where kind in ('assigned', 'completed') group by h.business_date),
   booked as (
     select business_date,
            format(${TOTALS_TEXT}, count(*) filter (where kind = 'fee'), coalesce(sum(amount) filter (where kind = 'fee'), 0),
                   count(*) filter (where kind = 'reward'), coalesce(sum(amount) filter (where kind = 'reward'), 0)) as totals
       from (${BOOKED}) as b group by business_date)
   select d.business_date::text as ord, 1 as size,
          case
            when ${totalsText("d.sent")} <> coalesce(told.totals, ${NOTHING_POSTED}) then
              format('for %s the board sent %s, its history has %s', d.business_date, ${totalsText("d.sent")}, coalesce(told.totals, ${NOTHING_POSTED}))
            when ${totalsText("d.sent")} <> coalesce(booked.totals, ${NOTHING_POSTED}) then
              format('for %s the board sent %s, the accounts posted %s', d.business_date, ${totalsText("d.sent")},
                     coalesce(booked.totals, ${NOTHING_POSTED}))
          end as problem
     from days d left join told on told.business_date = d.business_date left join booked on booked.business_date = d.business_date
    where d.sent is not null`,
);

export const booksAreTheEntries = sqlCheck(
  {
    id: "3f",
    rules: ["DAY-4"],
    says: "what every book has posted and paid for its open and closing dates is the sum of its entries",
    unit: "dates of books",
  },
  `with sums as (${DAY_SUMS}),
   books_open as (
     select partition, business_date, ${totalsText("posted")} as posted, 0::bigint as payouts, 0::bigint as payouts_total from books
     union all
     select b.partition, (c ->> 'businessDate')::date, ${totalsText("(c -> 'posted')")}, (c ->> 'payouts')::bigint, (c ->> 'payoutsMinor')::bigint
       from books b cross join jsonb_array_elements(b.closings) as c)
   select format('%s/%s', o.business_date, lpad(o.partition::text, 6, '0')) as ord, 1 as size,
          case
            when o.posted <> coalesce(sums.posted, ${NOTHING_POSTED}) then
              format('the book of partition %s has %s for %s, its entries are %s', o.partition, o.posted, o.business_date,
                     coalesce(sums.posted, ${NOTHING_POSTED}))
            when o.payouts <> coalesce(sums.payouts, 0) or o.payouts_total <> coalesce(sums.payouts_total, 0) then
              format('the book of partition %s has %s payouts of %s for %s, its entries are %s of %s', o.partition, o.payouts,
                     o.payouts_total, o.business_date, coalesce(sums.payouts, 0), coalesce(sums.payouts_total, 0))
          end as problem
     from books_open o left join sums on sums.business_date = o.business_date and sums.partition = o.partition`,
);

/** For the open date too: what the board counted is booked or on its way, partition by partition. */
export const boardTotalsArrive = sqlCheck(
  {
    id: "3g",
    rules: ["DAY-3", "DAY-4"],
    says: "what the board has sent for its open date is booked or on its way",
    unit: "partitions",
  },
  `with sent as (
     select b.business_date, (t.nth - 1)::int as partition, ${totalsText("t.totals")} as totals
       from board b cross join jsonb_array_elements(b.totals) with ordinality as t(totals, nth)),
   arriving as (
     select partition, kind, amount from entries
      where kind in ('fee', 'reward') and coalesce(late_of, business_date) = (select business_date from board)
     union all
     select partition, case type when 'task.assigned' then 'fee' else 'reward' end,
            case type when 'task.assigned' then -(data ->> 'feeMinor')::bigint else (data ->> 'rewardMinor')::bigint end
       from (${inFlight("account", "tasks", ["task.assigned", "task.completed"])}) as f
      where (data ->> 'businessDate')::date = (select business_date from board)),
   booked as (
     select partition,
            format(${TOTALS_TEXT}, count(*) filter (where kind = 'fee'), coalesce(-sum(amount) filter (where kind = 'fee'), 0),
                   count(*) filter (where kind = 'reward'), coalesce(sum(amount) filter (where kind = 'reward'), 0)) as totals
       from arriving group by partition)
   select lpad(coalesce(sent.partition, booked.partition)::text, 6, '0') as ord, 1 as size,
          case when coalesce(sent.totals, ${NOTHING_POSTED}) <> coalesce(booked.totals, ${NOTHING_POSTED}) then
            format('into partition %s the board has sent %s, booked or on their way are %s',
                   coalesce(sent.partition, booked.partition), coalesce(sent.totals, 'nothing'), coalesce(booked.totals, 'none'))
          end as problem
     from sent full join booked on booked.partition = sent.partition`,
);
