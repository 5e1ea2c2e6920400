/** The entries themselves (invariant 1): chained, numbered, each booked once and against its own house account. */
import { COUNTER_ACCOUNTS, chainHash, type Entry } from "../../actors/ledger/entry.ts";
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { PayoutId, TaskId, UserId, Uuid } from "../../schemas/ids.ts";
import type { Minor } from "../../schemas/money.ts";
import { type Check, sqlCheck, Tally } from "./check.ts";

export const balancesChain = sqlCheck(
  {
    id: "1d",
    rules: ["ACC-6"],
    says: "entries are numbered without gaps, and each balance follows from the one before",
    unit: "entries",
  },
  `select account_id || '/' || lpad(number::text, 12, '0') as ord, 1 as size,
          case
            when number <> coalesce(before, 0) + 1 then
              format('entry %s of account %s follows entry %s', number, account_id, coalesce(before, 0))
            when balance_after <> coalesce(balance_before, 0) + amount then
              format('entry %s of account %s goes from %s by %s to %s', number, account_id, coalesce(balance_before, 0), amount, balance_after)
          end as problem
     from (select account_id, number, amount, balance_after, lag(number) over own as before,
                  lag(balance_after) over own as balance_before
             from entries window own as (partition by account_id order by number)) as chained`,
);

/** Pages this long hold some 2 MB and hash in 10 ms. */
const PAGE_ENTRIES = 5_000;
const NO_ACCOUNT = "00000000-0000-0000-0000-000000000000";

interface EntryRow {
  account_id: UserId;
  number: number;
  transfer_id: Uuid;
  kind: Entry["kind"];
  amount: Minor;
  balance_after: Minor;
  counter_account: string;
  task_id: TaskId | null;
  title: string | null;
  jira_id: string | null;
  payout_id: PayoutId | null;
  business_date: BusinessDate;
  late_of: BusinessDate | null;
  occurred_at: string;
  trace_id: string;
  hash: string;
}

/** Any byte of an entry that was changed afterwards, and any entry taken out of the middle, breaks the chain there. */
export const hashesChain: Check = {
  id: "1e",
  rules: ["ACC-9"],
  says: "the entries of every account form an unbroken hash chain",
  unit: "entries",
  async run(reader) {
    const tally = new Tally();
    const pages = reader.pages<EntryRow>(
      `select account_id, number, transfer_id, kind, amount, balance_after, counter_account, task_id, title, jira_id,
              payout_id, business_date, late_of, occurred_at, trace_id, hash
         from entries where (account_id, number) > ($1::uuid, $2::bigint) order by account_id, number limit $3`,
      [NO_ACCOUNT, 0],
      (row) => [row.account_id, row.number],
      PAGE_ENTRIES,
    );
    let previous: Pick<EntryRow, "account_id" | "hash"> | undefined;
    for await (const page of pages) {
      for (const row of page) {
        const before = previous?.account_id === row.account_id ? previous.hash : "";
        const link = chainHash(before, entryOf(row));
        tally.count(link === row.hash ? undefined : brokenLink(row, link));
        previous = row;
      }
    }
    return tally.outcome;
  },
};

function brokenLink({ number, account_id, hash }: EntryRow, link: string): string {
  return `entry ${number} of account ${account_id} has the hash ${short(hash)}, what it says hashes to ${short(link)}`;
}

const short = (hash: string) => `${hash.slice(0, 12)}…`;

function entryOf(row: EntryRow): Omit<Entry, "hash"> {
  return {
    accountId: row.account_id,
    number: row.number,
    transferId: row.transfer_id,
    kind: row.kind,
    amountMinor: row.amount,
    balanceAfterMinor: row.balance_after,
    counterAccount: row.counter_account,
    ...(row.task_id === null ? {} : { taskId: row.task_id }),
    ...(row.title === null ? {} : { title: row.title }),
    ...(row.jira_id === null ? {} : { jiraId: row.jira_id }),
    ...(row.payout_id === null ? {} : { payoutId: row.payout_id }),
    businessDate: row.business_date,
    ...(row.late_of === null ? {} : { lateOf: row.late_of }),
    occurredAt: row.occurred_at,
    traceId: row.trace_id,
  };
}

/** A redelivered fact gives the same transfer id: booked twice it would stand here twice (ACC-4). */
export const transfersAreBookedOnce = sqlCheck(
  { id: "1f", rules: ["ACC-4", "ACC-5"], says: "every transfer is booked once", unit: "transfers" },
  `select transfer_id::text as ord, count(*) as size,
          case when count(*) > 1 then
            format('transfer %s is booked %s times, on account %s first', transfer_id, count(*), min(account_id::text))
          end as problem
     from entries group by transfer_id`,
);

/** The person's side of each kind of transfer: -1 takes from them, 1 gives to them, 0 may do either. */
const SIGNS = { fee: -1, reward: 1, payout: -1, "payout-return": 1, bonus: 1, correction: 0 } as const;
const KINDS = Object.keys(COUNTER_ACCOUNTS) as (keyof typeof SIGNS)[];

export const entriesAreOfTheirKind = sqlCheck(
  {
    id: "1g",
    rules: ["ACC-5", "ACC-6"],
    says: "every entry is booked against the house account of its kind, in its direction, and names its task or payout",
    unit: "entries",
  },
  `select account_id || '/' || lpad(number::text, 12, '0') as ord, 1 as size,
          case
            when counter_account is distinct from own.house then
              format('entry %s of account %s is a %s booked against %s', number, account_id, e.kind, counter_account)
            when amount = 0 or (own.sign <> 0 and sign(amount) <> own.sign) then
              format('entry %s of account %s is a %s of %s', number, account_id, e.kind, amount)
            when e.kind in ('fee', 'reward') and (task_id is null or title is null) then
              format('entry %s of account %s is a %s without its task', number, account_id, e.kind)
            when e.kind in ('payout', 'payout-return') and payout_id is null then
              format('entry %s of account %s is a %s without its payout', number, account_id, e.kind)
          end as problem
     from entries e
     left join unnest($1::text[], $2::text[], $3::int[]) as own(kind, house, sign) on own.kind = e.kind`,
  () => [KINDS, KINDS.map((kind) => COUNTER_ACCOUNTS[kind]), KINDS.map((kind) => SIGNS[kind])],
);
