/** The ledger's tables: accounts, house_accounts, entries, books. Entries are only ever inserted (ACC-5). */
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { UserId } from "../../schemas/ids.ts";
import type { Minor } from "../../schemas/money.ts";
import type { ControlTotals } from "../ledger/control-totals.ts";
import type { Entry, HouseAccountName } from "../ledger/entry.ts";
import type { StatedFact } from "../runtime/actor.ts";
import type { ActorStore, Db } from "../runtime/actor-store.ts";
import {
  type Account,
  type AccountEntity,
  accountKey,
  type Book,
  type Breakdown,
  type Closing,
  type HouseAccount,
} from "./state.ts";

interface AccountRow {
  id: UserId;
  balance: Minor;
  entries: number;
  head_hash: string;
  last_date: BusinessDate | null;
  day: Breakdown;
}

export const accountStore: ActorStore<AccountEntity> = {
  async open(db, partition) {
    return [...(await selectBook(db, partition)), ...(await selectHouse(db, partition))];
  },
  async load(db, _partition, keys) {
    const ids = keys.map((key) => key.slice("account/".length));
    const { rows } = await db.query<AccountRow>(
      "select id, balance, entries, head_hash, last_date, day from accounts where id = any($1::uuid[])",
      [ids],
    );
    return rows.map(accountOf);
  },
  async page(db, partition, { businessDate, after, limit }) {
    const { rows } = await db.query<AccountRow>(
      `select id, balance, entries, head_hash, last_date, day from accounts
        where partition = $1 and balance > 0 and last_date <= $2 and ($3::uuid is null or id > $3::uuid)
        order by id limit $4`,
      [partition, businessDate, after ?? null, limit],
    );
    return rows.map(accountOf);
  },
  async save(db, partition, changed, facts) {
    const accounts = changed.filter((entity): entity is Account => "entries" in entity);
    const houses = changed.filter((entity): entity is HouseAccount => "name" in entity);
    const book = changed.find((entity): entity is Book => entity.key === "book");
    if (accounts.length > 0) await upsertAccounts(db, partition, accounts);
    if (houses.length > 0) await upsertHouse(db, partition, houses);
    if (book !== undefined) await upsertBook(db, partition, book);
    await insertEntries(db, partition, facts);
  },
};

function accountOf(row: AccountRow): Account {
  return {
    key: accountKey(row.id),
    id: row.id,
    balanceMinor: row.balance,
    entries: row.entries,
    headHash: row.head_hash,
    lastDate: row.last_date ?? undefined,
    day: row.day,
  };
}

async function selectBook(db: Db, partition: number): Promise<Book[]> {
  const { rows } = await db.query<{
    business_date: BusinessDate;
    posted: ControlTotals;
    late: ControlTotals;
    waiting: Book["waiting"];
    closings: Closing[];
  }>("select business_date, posted, late, waiting, closings from books where partition = $1", [partition]);
  return rows.map((row) => ({
    key: "book",
    businessDate: row.business_date,
    posted: row.posted,
    late: row.late,
    waiting: row.waiting,
    closings: row.closings,
  }));
}

async function selectHouse(db: Db, partition: number): Promise<HouseAccount[]> {
  const { rows } = await db.query<{ name: HouseAccountName; balance: Minor }>(
    "select name, balance from house_accounts where partition = $1",
    [partition],
  );
  return rows.map(({ name, balance }) => ({ key: name, name, balanceMinor: balance }));
}

async function upsertAccounts(db: Db, partition: number, accounts: readonly Account[]): Promise<void> {
  await db.query(
    `insert into accounts (partition, id, balance, entries, head_hash, last_date, day)
     select $1, * from unnest($2::uuid[], $3::bigint[], $4::bigint[], $5::text[], $6::date[], $7::jsonb[])
     on conflict (id) do update set balance = excluded.balance, entries = excluded.entries,
       head_hash = excluded.head_hash, last_date = excluded.last_date, day = excluded.day`,
    [
      partition,
      accounts.map((account) => account.id),
      accounts.map((account) => account.balanceMinor),
      accounts.map((account) => account.entries),
      accounts.map((account) => account.headHash),
      accounts.map((account) => account.lastDate ?? null),
      accounts.map((account) => JSON.stringify(account.day)),
    ],
  );
}

async function upsertHouse(db: Db, partition: number, houses: readonly HouseAccount[]): Promise<void> {
  await db.query(
    `insert into house_accounts (partition, name, balance) select $1, * from unnest($2::text[], $3::bigint[])
     on conflict (name, partition) do update set balance = excluded.balance`,
    [partition, houses.map((house) => house.name), houses.map((house) => house.balanceMinor)],
  );
}

async function upsertBook(db: Db, partition: number, book: Book): Promise<void> {
  await db.query(
    `insert into books (partition, business_date, posted, late, waiting, closings) values ($1, $2, $3, $4, $5, $6)
     on conflict (partition) do update set business_date = excluded.business_date, posted = excluded.posted,
       late = excluded.late, waiting = excluded.waiting, closings = excluded.closings`,
    [partition, book.businessDate, book.posted, book.late, book.waiting, JSON.stringify(book.closings)],
  );
}

async function insertEntries(db: Db, partition: number, facts: readonly StatedFact[]): Promise<void> {
  const entries: Entry[] = facts.flatMap(({ fact }) =>
    fact.type === "ledger.entry-posted" ? [fact.data] : [],
  );
  if (entries.length === 0) return;
  await db.query(
    `insert into entries (partition, account_id, number, transfer_id, kind, amount, balance_after, counter_account,
                          task_id, title, jira_id, payout_id, business_date, occurred_at, trace_id, hash, late_of)
     select $1, * from unnest($2::uuid[], $3::bigint[], $4::uuid[], $5::text[], $6::bigint[], $7::bigint[], $8::text[],
                              $9::uuid[], $10::text[], $11::text[], $12::uuid[], $13::date[], $14::timestamptz[],
                              $15::text[], $16::text[], $17::date[])`,
    [
      partition,
      entries.map((entry) => entry.accountId),
      entries.map((entry) => entry.number),
      entries.map((entry) => entry.transferId),
      entries.map((entry) => entry.kind),
      entries.map((entry) => entry.amountMinor),
      entries.map((entry) => entry.balanceAfterMinor),
      entries.map((entry) => entry.counterAccount),
      entries.map((entry) => entry.taskId ?? null),
      entries.map((entry) => entry.title ?? null),
      entries.map((entry) => entry.jiraId ?? null),
      entries.map((entry) => entry.payoutId ?? null),
      entries.map((entry) => entry.businessDate),
      entries.map((entry) => entry.occurredAt),
      entries.map((entry) => entry.traceId),
      entries.map((entry) => entry.hash),
      entries.map((entry) => entry.lateOf ?? null),
    ],
  );
}
