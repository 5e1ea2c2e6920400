/**
 * A forger with the keys of the database, who knows how the books are kept. `rebook` and `launder` make everything that
 * can be derived fit a forged entry again, so that a test sees which check finds the forgery itself.
 */
import type pg from "pg";
import {
  chainHash,
  type Entry,
  entryOf,
  type Head,
  headAfter,
  type Transfer,
} from "../../actors/ledger/entry.ts";
import { type SealedPartition, sealHash } from "../../actors/ledger/seal.ts";
import { postgresPool } from "../../actors/runtime/postgres.ts";
import type { BusinessDate } from "../../schemas/business-date.ts";
import { newUuid, type PayoutId, type TaskId, type UserId } from "../../schemas/ids.ts";
import { ZERO } from "../../schemas/money.ts";
import { copyOf as copyOfDatabase } from "../support/database.ts";
import type { World } from "../support/world.ts";

export type Row = Record<string, string & number>;

/** A copy of the world's database, to be spoilt. The world's workers must be stopped. */
export async function copyOf(
  world: World,
): Promise<{ pool: pg.Pool; url: string; end: () => Promise<void> }> {
  const { databaseUrl: url, drop } = await copyOfDatabase(world.databaseUrl);
  // Forgeries are many small statements, and need not last.
  const pool = postgresPool(`${url}?options=-c%20synchronous_commit%3Doff`, 4, () => {});
  return { pool, url, end: () => pool.end().then(drop) };
}

/**
 * The world's own database, spoilt in one transaction that is taken back: with a copy for each forgery, verify.test.ts
 * took 52 s in place of 28. A check that fails takes back itself alone. The world's workers must be stopped.
 */
export async function takenBack(world: World, work: (pool: pg.Pool) => Promise<void>): Promise<void> {
  const client = await world.pool.connect();
  const within: Record<string, string> = { "begin read only": "savepoint look", commit: "release look" };
  const look = {
    query: (query: string | pg.QueryConfig) =>
      client.query(typeof query === "string" ? (within[query] ?? query) : query),
    release: (failure?: Error) => void (failure && client.query("rollback to look")),
  };
  const query = (text: string, values?: unknown[]) => client.query(text, values);
  await client.query("begin");
  try {
    await work({ query, connect: async () => look } as unknown as pg.Pool);
  } finally {
    await client.query("rollback");
    client.release();
  }
}

export class Forger {
  readonly pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.pool = pool;
  }

  async run(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    const { rows } = await this.pool.query<Row>(sql, [...values]);
    return rows;
  }

  /** The first row of a statement; a test that finds nothing to forge proves nothing. */
  async one(sql: string, values: readonly unknown[] = []): Promise<Row> {
    const row = (await this.run(sql, values))[0];
    if (row === undefined) throw new Error(`expected a row of: ${sql}`);
    return row;
  }

  /** Changes entries, which only the owner of the database can, and only by taking the guard away. */
  async entries(sql: string, values: readonly unknown[] = []): Promise<void> {
    await this.run("alter table entries disable trigger entries_are_final");
    await this.run(sql, values);
    await this.run("alter table entries enable trigger entries_are_final");
  }

  /** New hashes for every chain, over whatever the entries say now. */
  async rehash(): Promise<void> {
    await this.#rewrite((head, row) => {
      const said = { ...entryOf(head, transferOf(row)), ...asItStands(row) };
      return { ...said, hash: chainHash(head.headHash, said) };
    });
  }

  /** New numbers, balances and hashes, and heads and house accounts that fit them. */
  async rebook(): Promise<void> {
    await this.#rewrite((head, row) => entryOf(head, transferOf(row)));
    await this.fitHouseAccounts();
  }

  async fitHouseAccounts(): Promise<void> {
    await this.run(
      `insert into house_accounts select distinct counter_account, partition, 0 from entries on conflict do nothing`,
    );
    await this.run(`update house_accounts h set balance = coalesce(
      (select -sum(amount) from entries e where e.counter_account = h.name and e.partition = h.partition), 0)`);
  }

  /** Everything that follows from the entries says what they say: books, days, seals, payouts, analytics. */
  async launder(): Promise<void> {
    await this.rebook();
    await this.run(`update books b set posted = (${postedSql("b.business_date", "b.partition")})`);
    await this.run(`update days d set partitions = (
      select jsonb_agg(p || jsonb_build_object('posted', (${postedSql("d.business_date", "(p ->> 'partition')::int")}),
                       'payouts', ${payoutsSql("count(*)")}, 'payoutsMinor', ${payoutsSql("coalesce(-sum(amount), 0)")}) order by p -> 'partition')
        from jsonb_array_elements(d.partitions) p)`);
    await this.reseal();
    await this.run(`update payouts p set amount = -e.amount,
        breakdown = jsonb_set(breakdown, '{carriedMinor}', to_jsonb((breakdown ->> 'carriedMinor')::bigint - e.amount - p.amount))
      from entries e where e.payout_id = p.id and e.kind = 'payout' and p.amount <> -e.amount`);
    await this.fitAnalytics();
  }

  async fitAnalytics(): Promise<void> {
    await this.run("delete from analytics.income");
    await this.run(`insert into analytics.income select business_date, partition, coalesce(-sum(amount) filter (where kind = 'fee'), 0),
        coalesce(sum(amount) filter (where kind = 'reward'), 0) from entries group by 1, 2`);
    await this.run("delete from analytics.balances");
    await this.run(`insert into analytics.balances select distinct on (account_id, business_date) account_id, business_date, balance_after
        from entries order by account_id, business_date, number desc`);
    await this.run(`delete from analytics.facts f where split_part(schema, ':', 3) = 'ledger.entry-posted' and not exists (
        select from entries e where e.account_id = (data ->> 'accountId')::uuid and e.number = (data ->> 'number')::bigint)`);
    await this.run(`insert into analytics.facts (partition, schema, data)
      select partition, 'urn:ates:ledger.entry-posted:2', json_build_object('accountId', account_id, 'number', number)
        from entries e where not exists (select from analytics.facts where split_part(schema, ':', 3) = 'ledger.entry-posted'
          and e.account_id = (data ->> 'accountId')::uuid and e.number = (data ->> 'number')::bigint)`);
    await this.run("delete from analytics.below");
    await this.run("insert into analytics.below select * from analytics.below_by_balances");
  }

  /** Sums of each day and seals that fit its partitions. */
  async reseal(): Promise<void> {
    await this.run(`update days d set (fees, rewards, payouts, payouts_total) = (
      select sum((p #>> '{posted,feesMinor}')::bigint), sum((p #>> '{posted,rewardsMinor}')::bigint),
             sum((p ->> 'payouts')::bigint), sum((p ->> 'payoutsMinor')::bigint) from jsonb_array_elements(d.partitions) p)`);
    const { rows } = await this.pool.query<{ business_date: BusinessDate; partitions: SealedPartition[] }>(
      "select business_date, partitions from days where state = 'closed' order by business_date",
    );
    let seal = "";
    for (const { business_date, partitions } of rows) {
      seal = sealHash(seal, business_date, partitions);
      await this.run("update days set seal_hash = $2 where business_date = $1", [business_date, seal]);
    }
  }

  /** A new last entry of an account, as a copy of an earlier one but for what is changed. */
  async append(like: Row, change: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const { entries } = await this.one("select entries from accounts where id = $1", [like.account_id]);
    const row = { ...like, number: Number(entries) + 1, transfer_id: newUuid(), ...change };
    const names = Object.keys(row);
    const places = names.map((_, index) => `$${index + 1}`).join(", ");
    await this.run(`insert into entries (${names.join(", ")}) values (${places})`, Object.values(row));
  }

  async #rewrite(entry: (head: Head, row: EntryRow) => Entry): Promise<void> {
    const { rows } = await this.pool.query<EntryRow>("select * from entries order by account_id, number");
    const byAccount = Map.groupBy(rows, (row) => row.account_id);
    await this.run("alter table entries disable trigger entries_are_final");
    for (const [id, own] of byAccount) {
      let head: Head = { id, balanceMinor: ZERO, entries: 0, headHash: "" };
      for (const row of own) {
        const next = entry(head, row);
        await this.run(
          "update entries set number = $3, balance_after = $4, hash = $5 where account_id = $1 and number = $2",
          [id, row.number, next.number, next.balanceAfterMinor, next.hash],
        );
        head = headAfter(next);
      }
      const { balanceMinor, entries, headHash } = head;
      await this.run(
        `update accounts a set balance = $2, entries = $3, head_hash = $4, last_date = e.business_date
           from entries e where a.id = $1 and e.account_id = a.id and e.number = $3`,
        [id, balanceMinor, entries, headHash],
      );
    }
    await this.run("alter table entries enable trigger entries_are_final");
  }
}

interface EntryRow {
  account_id: UserId;
  number: number;
  transfer_id: string;
  kind: Entry["kind"];
  amount: Entry["amountMinor"];
  balance_after: Entry["balanceAfterMinor"];
  counter_account: string;
  task_id: Entry["taskId"] | null;
  title: string | null;
  jira_id: string | null;
  payout_id: Entry["payoutId"] | null;
  business_date: BusinessDate;
  occurred_at: string;
  trace_id: string;
}

function transferOf(row: EntryRow): Transfer {
  const { task_id, title, jira_id, payout_id } = row;
  return {
    transferId: row.transfer_id,
    kind: row.kind,
    amountMinor: row.amount,
    businessDate: row.business_date,
    occurredAt: row.occurred_at,
    traceId: row.trace_id,
    ...(task_id === null
      ? {}
      : { task: { id: task_id as TaskId, title: title ?? "", jiraId: jira_id ?? undefined } }),
    ...(payout_id === null ? {} : { payoutId: payout_id as PayoutId }),
    ...(task_id === null && title !== null ? { reason: title } : {}),
  };
}

function asItStands({ number, balance_after, counter_account }: EntryRow) {
  return { number, balanceAfterMinor: balance_after, counterAccount: counter_account };
}

function postedSql(date: string, partition: string): string {
  return `select jsonb_build_object(
      'fees', count(*) filter (where kind = 'fee'), 'feesMinor', coalesce(-sum(amount) filter (where kind = 'fee'), 0),
      'rewards', count(*) filter (where kind = 'reward'), 'rewardsMinor', coalesce(sum(amount) filter (where kind = 'reward'), 0))
    from entries e where e.business_date = ${date} and e.partition = ${partition}`;
}

function payoutsSql(what: string): string {
  return `(select ${what} from entries e where e.business_date = d.business_date
    and e.partition = (p ->> 'partition')::int and e.kind = 'payout')`;
}
