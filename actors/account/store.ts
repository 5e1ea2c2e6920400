/** The ledger's tables: accounts, house_accounts, entries, books. Entries are only ever inserted (ACC-5). */
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { UserId } from "../../schemas/ids.ts";
import type { Minor } from "../../schemas/money.ts";
import type { ControlTotals } from "../ledger/control-totals.ts";
import type { Entry, HouseAccountName } from "../ledger/entry.ts";
import type { ActorStore, Db } from "../runtime/actor-store.ts";
import { changedOf, type Saved, type Statement, writing } from "../runtime/statement.ts";
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
  held_since: BusinessDate | null;
}

export const accountStore: ActorStore<AccountEntity> = {
  async open(db, partition) {
    return [...(await selectBook(db, partition)), ...(await selectHouse(db, partition))];
  },
  async load(db, _partition, keys) {
    const ids = keys.map((key) => key.slice("account/".length));
    const { rows } = await db.query<AccountRow>(
      "select id, balance, entries, head_hash, last_date, day, held_since from accounts where id = any($1::uuid[])",
      [ids],
    );
    return rows.map(accountOf);
  },
  async page(db, partition, { name, businessDate, after, limit }) {
    const isOwed = name === "everybody" ? "" : "and balance > 0 and last_date <= $2";
    const { rows } = await db.query<AccountRow>(
      `select id, balance, entries, head_hash, last_date, day, held_since from accounts
        where partition = $1 ${isOwed} and $2::date is not null and ($3::uuid is null or id > $3::uuid)
        order by id limit $4`,
      [partition, businessDate, after ?? null, limit],
    );
    return rows.map(accountOf);
  },
  save: (saves) => [
    ...upsertAccounts(changedOf(saves, (entity) => "entries" in entity)),
    ...upsertHouse(changedOf(saves, (entity) => "name" in entity)),
    ...upsertBooks(changedOf(saves, (entity) => entity.key === "book")),
    ...insertEntries(saves),
  ],
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
    ...(row.held_since === null ? {} : { heldSince: row.held_since }),
  };
}

async function selectBook(db: Db, partition: number): Promise<Book[]> {
  const { rows } = await db.query<{
    business_date: BusinessDate;
    posted: ControlTotals;
    weight: number;
    late: ControlTotals;
    waiting: Book["waiting"];
    closings: Closing[];
  }>("select business_date, posted, weight, late, waiting, closings from books where partition = $1", [
    partition,
  ]);
  return rows.map((row) => ({
    key: "book",
    businessDate: row.business_date,
    posted: row.posted,
    weight: row.weight,
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

type Placed<E> = readonly (E & { readonly partition: number })[];

const upsertAccounts = (accounts: Placed<Account>): Statement[] =>
  writing(
    "accounts",
    `insert into accounts (partition, id, balance, entries, head_hash, last_date, day, held_since)
     select * from unnest($1::int[], $2::uuid[], $3::bigint[], $4::bigint[], $5::text[], $6::date[], $7::jsonb[],
                          $8::date[])
     on conflict (id) do update set balance = excluded.balance, entries = excluded.entries,
       head_hash = excluded.head_hash, last_date = excluded.last_date, day = excluded.day,
       held_since = excluded.held_since`,
    accounts,
    ({ partition }) => partition,
    ({ id }) => id,
    ({ balanceMinor }) => balanceMinor,
    ({ entries }) => entries,
    ({ headHash }) => headHash,
    ({ lastDate }) => lastDate,
    ({ day }) => JSON.stringify(day),
    ({ heldSince }) => heldSince,
  );

const upsertHouse = (houses: Placed<HouseAccount>): Statement[] =>
  writing(
    "house-accounts",
    `insert into house_accounts (partition, name, balance) select * from unnest($1::int[], $2::text[], $3::bigint[])
     on conflict (name, partition) do update set balance = excluded.balance`,
    houses,
    ({ partition }) => partition,
    ({ name }) => name,
    ({ balanceMinor }) => balanceMinor,
  );

const upsertBooks = (books: Placed<Book>): Statement[] =>
  writing(
    "books",
    `insert into books (partition, business_date, posted, weight, late, waiting, closings)
     select * from unnest($1::int[], $2::date[], $3::jsonb[], $4::bigint[], $5::jsonb[], $6::jsonb[], $7::jsonb[])
     on conflict (partition) do update set business_date = excluded.business_date, posted = excluded.posted,
       weight = excluded.weight, late = excluded.late, waiting = excluded.waiting, closings = excluded.closings`,
    books,
    ({ partition }) => partition,
    ({ businessDate }) => businessDate,
    ({ posted }) => JSON.stringify(posted),
    ({ weight }) => weight,
    ({ late }) => JSON.stringify(late),
    ({ waiting }) => JSON.stringify(waiting),
    ({ closings }) => JSON.stringify(closings),
  );

function insertEntries(saves: readonly Saved<AccountEntity>[]): Statement[] {
  const rows = saves.flatMap(({ partition, facts }) =>
    facts.flatMap(({ fact }) =>
      fact.type === "ledger.entry-posted" ? [{ partition, entry: fact.data as Entry }] : [],
    ),
  );
  return writing(
    "entries",
    `insert into entries (partition, account_id, number, transfer_id, kind, amount, balance_after, counter_account,
                          task_id, title, jira_id, payout_id, business_date, occurred_at, trace_id, hash, late_of)
     select * from unnest($1::int[], $2::uuid[], $3::bigint[], $4::uuid[], $5::text[], $6::bigint[], $7::bigint[],
                          $8::text[], $9::uuid[], $10::text[], $11::text[], $12::uuid[], $13::date[], $14::timestamptz[],
                          $15::text[], $16::text[], $17::date[])`,
    rows,
    ({ partition }) => partition,
    ({ entry }) => entry.accountId,
    ({ entry }) => entry.number,
    ({ entry }) => entry.transferId,
    ({ entry }) => entry.kind,
    ({ entry }) => entry.amountMinor,
    ({ entry }) => entry.balanceAfterMinor,
    ({ entry }) => entry.counterAccount,
    ({ entry }) => entry.taskId,
    ({ entry }) => entry.title,
    ({ entry }) => entry.jiraId,
    ({ entry }) => entry.payoutId,
    ({ entry }) => entry.businessDate,
    ({ entry }) => entry.occurredAt,
    ({ entry }) => entry.traceId,
    ({ entry }) => entry.hash,
    ({ entry }) => entry.lateOf,
  );
}
