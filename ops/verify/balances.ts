/** Balances (invariant 1): the whole book is zero, and every balance is the sum of its entries (ACC-5). */
import { sqlCheck } from "./check.ts";

/** Every transfer stays within its partition, so each partition is zero by itself: that names where money was made. */
export const bookIsZero = sqlCheck(
  { id: "1a", rules: ["ACC-5"], says: "the sum of all ledger accounts is zero", unit: "ledger accounts" },
  `select lpad(partition::text, 6, '0') as ord, count(*) as size,
          case when sum(balance) <> 0 then
            format('the ledger accounts of partition %s sum to %s', partition, sum(balance)) end as problem
     from (select partition, balance from accounts union all select partition, balance from house_accounts) as book
    group by partition`,
);

export const accountsAreTheirEntries = sqlCheck(
  {
    id: "1b",
    rules: ["ACC-5", "ACC-6"],
    says: "the balance of every account is the sum of its entries, and it ends with the last of them",
    unit: "accounts",
  },
  `with sums as (select account_id, count(*) as entries, sum(amount) as total from entries group by account_id)
   select coalesce(a.id, s.account_id)::text as ord, 1 as size,
          case
            when a.id is null then format('account %s has %s entries and is not opened', s.account_id, s.entries)
            when a.entries <> coalesce(s.entries, 0) then
              format('account %s counts %s entries and has %s', a.id, a.entries, coalesce(s.entries, 0))
            when a.balance <> coalesce(s.total, 0) then
              format('account %s has the balance %s, its entries sum to %s', a.id, a.balance, coalesce(s.total, 0))
            when a.head_hash <> coalesce(last.hash, '') then
              format('account %s ends with the hash %s, its entry %s has %s', a.id, a.head_hash, a.entries, last.hash)
            when a.last_date is distinct from last.business_date then
              format('account %s says its last date is %s, its entry %s has %s', a.id, a.last_date, a.entries, last.business_date)
            when a.partition <> last.partition then
              format('account %s is of partition %s, its entry %s of %s', a.id, a.partition, a.entries, last.partition)
          end as problem
     from accounts a
     full join sums s on s.account_id = a.id
     left join entries last on last.account_id = a.id and last.number = a.entries`,
);

export const houseAccountsAreTheirEntries = sqlCheck(
  {
    id: "1c",
    rules: ["ACC-5"],
    says: "the balance of every house account is minus the sum of the entries booked against it",
    unit: "house accounts",
  },
  `with sums as (select counter_account as name, partition, -sum(amount) as total from entries group by 1, 2)
   select coalesce(h.name, s.name) || '/' || coalesce(h.partition, s.partition) as ord, 1 as size,
          case when coalesce(h.balance, 0) <> coalesce(s.total, 0) then
            format('%s of partition %s has the balance %s, the entries against it come to %s',
                   coalesce(h.name, s.name), coalesce(h.partition, s.partition), coalesce(h.balance, 0), coalesce(s.total, 0))
          end as problem
     from house_accounts h full join sums s on s.name = h.name and s.partition = h.partition`,
);
