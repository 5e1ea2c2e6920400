/** Payouts (invariant 4): every positive balance at the barrier and nothing else, once, and its way to the person. */

import type { BusinessDate } from "../../schemas/business-date.ts";
import type { PayoutId, UserId, Uuid } from "../../schemas/ids.ts";
import { receiptId } from "../../schemas/receipt-id.ts";
import { type Check, sqlCheck, Tally } from "./check.ts";
import { inFlight } from "./in-flight.ts";

/** So a debt is never touched: what follows it starts from it (1d), and no payout does. */
export const payoutsEmptyPositiveBalances = sqlCheck(
  {
    id: "4a",
    rules: ["DAY-2", "DAY-5", "PAY-1"],
    says: "a payout takes a whole positive balance, once per account and day",
    unit: "payout entries",
  },
  `select account_id || '/' || lpad(number::text, 12, '0') as ord, 1 as size,
          case
            when balance_after - amount <= 0 then
              format('entry %s of account %s pays out a balance of %s', number, account_id, balance_after - amount)
            when balance_after <> 0 then
              format('entry %s of account %s pays out %s and leaves %s', number, account_id, -amount, balance_after)
            when count(*) over (partition by account_id, business_date) > 1 then
              format('entry %s of account %s is one of several payouts of %s', number, account_id, business_date)
          end as problem
     from entries where kind = 'payout'`,
);

/**
 * An entry is an account's last until the date of the next one: positive then, over the end of a closed day, is unpaid. Those
 * that stand over the end of no date are left out first: most do, and each would be compared with every closed day.
 */
export const positiveBalancesArePaid = sqlCheck(
  {
    id: "4b",
    rules: ["DAY-2", "DAY-4"],
    says: "every balance that was positive at the end of a closed day is paid out or held",
    unit: "partitions of days",
  },
  `with closed as (
     select d.business_date, (p ->> 'partition')::int as partition, d.held
       from days d cross join jsonb_array_elements(d.partitions) as p),
   spans as (
     select * from (
       select account_id, partition, balance_after, business_date as since,
              lead(business_date) over (partition by account_id order by number) as until from entries) as every
      where balance_after > 0 and (until is null or until > since) and since <= (select max(business_date) from closed))
   select '' as ord, count(*) as size, null::text as problem from closed
   union all
   select c.business_date || '/' || s.account_id, 0,
          format('account %s stood at %s at the end of %s and was neither paid nor held', s.account_id, s.balance_after, c.business_date)
     from spans s
     join closed c on c.partition = s.partition and c.business_date >= s.since and (s.until is null or c.business_date < s.until)
    where not c.held @> jsonb_build_array(jsonb_build_object('userId', s.account_id))`,
);

export const payoutsAreTheirEntries = sqlCheck(
  {
    id: "4c",
    rules: ["PAY-1"],
    says: "every payout entry has its payout, of the same account, date and amount",
    unit: "payouts",
  },
  `with booked as (select payout_id as id, account_id, business_date, -amount as amount from entries where kind = 'payout'),
   coming as (select distinct (data ->> 'payoutId')::uuid as id from (${inFlight("payment", "payouts", ["payout.requested"])}) as f)
   select coalesce(p.id, b.id)::text as ord, 1 as size,
          case
            when b.id is null then format('payout %s of %s for account %s has no entry', p.id, p.amount, p.account_id)
            when p.id is null and c.id is null then
              format('the entry of payout %s of %s for account %s has no payout', b.id, b.amount, b.account_id)
            when p.account_id <> b.account_id or p.business_date <> b.business_date or p.amount <> b.amount then
              format('payout %s is %s for %s of account %s, its entry is %s for %s of account %s', p.id, p.amount,
                     p.business_date, p.account_id, b.amount, b.business_date, b.account_id)
          end as problem
     from payouts p full join booked b on b.id = p.id left join coming c on c.id = b.id`,
);

export const breakdownsAddUp = sqlCheck(
  { id: "4d", rules: ["PAY-3"], says: "what a payout is made of adds up to its amount", unit: "payouts" },
  `select id::text as ord, 1 as size,
          case when made <> amount then format('payout %s is %s and made of %s', id, amount, made) end as problem
     from (select id, amount, (breakdown ->> 'carriedMinor')::bigint - (breakdown ->> 'feesMinor')::bigint
                  + (breakdown ->> 'rewardsMinor')::bigint + (breakdown ->> 'otherMinor')::bigint as made from payouts) as p`,
);

/** failed → the account books the money back → returned: between the steps the fact is on its way. */
export const returnsAreFailedPayouts = sqlCheck(
  {
    id: "4e",
    rules: ["PAY-1"],
    says: "a payout that failed is owed again by one entry of its amount, and no other is",
    unit: "payouts",
  },
  `with booked as (
     select payout_id as id, count(*) as entries, sum(amount) as amount, min(account_id::text) as account_id
       from entries where kind = 'payout-return' group by payout_id),
   failed as (select distinct (data ->> 'payoutId')::uuid as id from (${inFlight("account", "payouts", ["payout.failed"])}) as f),
   returned as (select distinct (data ->> 'payoutId')::uuid as id from (${inFlight("payment", "payouts", ["payout.returned"])}) as f)
   select coalesce(p.id, b.id)::text as ord, 1 as size,
          case
            when p.id is null then format('account %s got payout %s back, which does not exist', b.account_id, b.id)
            when b.entries > 1 then format('payout %s came back %s times', p.id, b.entries)
            when b.id is not null and (b.amount <> p.amount or b.account_id <> p.account_id::text) then
              format('payout %s of %s came back as %s on account %s', p.id, p.amount, b.amount, b.account_id)
            when b.id is not null and p.state not in ('failed', 'returned') then
              format('payout %s is %s and came back to account %s', p.id, p.state, b.account_id)
            when p.state = 'failed' and b.id is not null and r.id is null then
              format('payout %s came back to account %s and is still failed', p.id, b.account_id)
            when (p.state = 'returned' and b.id is null) or (p.state = 'failed' and b.id is null and f.id is null) then
              format('payout %s is %s and was not booked back to account %s', p.id, p.state, p.account_id)
          end as problem
     from payouts p full join booked b on b.id = p.id left join failed f on f.id = p.id left join returned r on r.id = p.id`,
);

const PAGE_MAILS = 2_000;
const NO_MAIL = "00000000-0000-0000-0000-000000000000";

interface ReceiptRow {
  id: Uuid;
  user_id: UserId;
  business_date: BusinessDate | null;
  payout_id: PayoutId | null;
  payout_state: string | null;
  settled_at: string | null;
}

/** A receipt's id follows from its payout's: a second receipt would have to have another. */
export const receiptsAreOfSettledPayouts: Check = {
  id: "4f",
  rules: ["DAY-5", "PAY-3"],
  says: "a payout has one receipt at most, and only when it was settled",
  unit: "receipts",
  async run(reader) {
    const tally = new Tally();
    const pages = reader.pages<ReceiptRow>(
      `select m.id, m.user_id, m.business_date, p.id as payout_id, p.state as payout_state, p.settled_at
         from mails m left join payouts p on p.account_id = m.user_id and p.business_date = m.business_date
        where m.template = 'receipt' and m.id > $1::uuid order by m.id limit $2`,
      [NO_MAIL],
      (row) => [row.id],
      PAGE_MAILS,
    );
    for await (const page of pages) for (const row of page) tally.count(receiptProblem(row));
    return tally.outcome;
  },
};

function receiptProblem({
  id,
  user_id,
  business_date,
  payout_id,
  payout_state,
  settled_at,
}: ReceiptRow): string | undefined {
  const mail = `receipt ${id} of ${business_date} for user ${user_id}`;
  if (payout_id === null) return `${mail} has no payout`;
  if (receiptId(payout_id) !== id) return `${mail} is not the one receipt of payout ${payout_id}`;
  // What was paid may come back later; the receipt was right when it was made.
  return settled_at !== null ? undefined : `${mail} is of payout ${payout_id}, which is ${payout_state}`;
}
