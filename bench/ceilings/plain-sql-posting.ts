/**
 * Ceiling: the very rows that our lane wrote (entries, balances, outbox, marks), written again by batches of plain SQL,
 * as fast as Postgres takes them. No Redis, no decisions, no schemas: the batches are made before the clock starts.
 */
import pg from "pg";
import { postgresPool } from "../../actors/runtime/postgres.ts";
import { runProgram } from "../program.ts";

export interface PlainSqlTask {
  /** Where our lane's rows are. */
  readonly rowsUrl: string;
  /** Where they are written again: installed, and empty. */
  readonly databaseUrl: string;
  readonly connections: number;
  readonly batchRows: number;
}

interface OutboxRow {
  readonly partition: number;
  readonly topic: string;
  readonly topic_partition: number;
  readonly sequence: string;
  readonly envelope: string;
}

interface EntryRow {
  readonly [column: string]: unknown;
  readonly account_id: string;
  readonly number: string;
  readonly balance_after: string;
  readonly hash: string;
}

/** The parameters of the four statements of one batch. */
interface Batch {
  readonly mark: unknown[];
  readonly outbox: unknown[];
  readonly accounts: unknown[];
  readonly entries: unknown[];
}

const ENTRY_COLUMNS = {
  account_id: "uuid",
  number: "bigint",
  transfer_id: "uuid",
  kind: "text",
  amount: "bigint",
  balance_after: "bigint",
  counter_account: "text",
  task_id: "uuid",
  title: "text",
  jira_id: "text",
  payout_id: "uuid",
  business_date: "date",
  occurred_at: "timestamptz",
  trace_id: "text",
  hash: "text",
} as const;

const entryColumns = Object.entries(ENTRY_COLUMNS);
const MARK = {
  name: "mark",
  text: "update partitions set inbox = $2, outbox = $3, cursors = $4 where kind = 'account' and partition = $1",
};
const OUTBOX = {
  name: "outbox",
  text: `insert into outbox (kind, partition, topic, topic_partition, sequence, envelope)
         select 'account', $1, * from unnest($2::text[], $3::int[], $4::bigint[], $5::text[])`,
};
const ACCOUNTS = {
  name: "accounts",
  text: `insert into accounts (partition, id, balance, entries, head_hash, last_date, day)
         select $1, id, balance, entries, hash, date, $2::jsonb
           from unnest($3::uuid[], $4::bigint[], $5::bigint[], $6::text[], $7::date[]) as new(id, balance, entries, hash, date)
         on conflict (id) do update set balance = excluded.balance, entries = excluded.entries,
           head_hash = excluded.head_hash, last_date = excluded.last_date, day = excluded.day`,
};
const ENTRIES = {
  name: "entries",
  text: `insert into entries (partition, ${entryColumns.map(([name]) => name).join(", ")})
         select $1, * from unnest(${entryColumns.map(([, type], index) => `$${index + 2}::${type}[]`).join(", ")})`,
};

let pool: pg.Pool;
let batches: Batch[][];
let rows: number;
/** A few more than entries: the first entry of an account tells that it is opened. */
let outboxRows: number;

runProgram<PlainSqlTask>({
  async prepare({ rowsUrl, databaseUrl, connections, batchRows }) {
    const source = new pg.Client({ connectionString: rowsUrl, types: { getTypeParser: () => String } });
    await source.connect();
    batches = await batchesByPartition(source, batchRows);
    await source.end();
    rows = countOf(({ entries }) => entries);
    outboxRows = countOf(({ outbox }) => outbox);
    pool = postgresPool(databaseUrl, connections, () => {});
    await Promise.all(Array.from({ length: connections }, () => pool.query("select pg_sleep(0.05)")));
  },

  async measure() {
    const startedMs = performance.now();
    await Promise.all(batches.map(writePartition));
    return { "postings/s": rows / ((performance.now() - startedMs) / 1_000) };
  },

  async clear() {
    const { rows: counted } = await pool.query<{ entries: number; outbox: number }>(
      `select (select count(*)::int from entries) as entries,
              (select count(*)::int from outbox where kind = 'account') as outbox`,
    );
    await pool.end();
    batches = [];
    const { entries, outbox } = counted[0] ?? {};
    if (entries !== rows || outbox !== outboxRows)
      throw new Error(`expected ${rows} entries and ${outboxRows} outbox rows, got ${entries} and ${outbox}`);
  },
});

function countOf(statement: (batch: Batch) => unknown[]): number {
  return batches.flat().reduce((sum, batch) => sum + (statement(batch)[1] as unknown[]).length, 0);
}

/** One after another, as the marks of a partition must be; partitions beside each other. */
async function writePartition(ofPartition: readonly Batch[]): Promise<void> {
  for (const { mark, outbox, accounts, entries } of ofPartition) {
    const client = await pool.connect();
    await client.query("begin");
    await client.query({ ...MARK, values: mark });
    await client.query({ ...OUTBOX, values: outbox });
    await client.query({ ...ACCOUNTS, values: accounts });
    await client.query({ ...ENTRIES, values: entries });
    await client.query("commit");
    client.release();
  }
}

async function batchesByPartition(source: pg.Client, batchRows: number): Promise<Batch[][]> {
  const { rows: positions } = await source.query(
    "select partition, inbox, outbox, cursors from partitions where kind = 'account' order by partition::int",
  );
  const made: Batch[][] = [];
  for (const position of positions) {
    const partition = Number(position.partition);
    const mark = [partition, position.inbox, position.outbox, position.cursors];
    const outbox = await source.query<OutboxRow>(
      "select * from outbox where kind = 'account' and partition = $1 order by sequence",
      [partition],
    );
    const entries = await source.query<EntryRow>(
      `select ${entryColumns.map(([name]) => name).join(", ")} from entries where partition = $1 order by number, account_id`,
      [partition],
    );
    const { rows: days } = await source.query("select day from accounts where partition = $1 limit 1", [
      partition,
    ]);
    const count = Math.ceil(entries.rows.length / batchRows);
    const ofPartition = Array.from({ length: count }, (_, index): Batch => {
      const some = pieceOf(entries.rows, index, count);
      return {
        mark,
        outbox: outboxValues(partition, pieceOf(outbox.rows, index, count)),
        accounts: accountValues(partition, days[0]?.day, some),
        entries: [partition, ...entryColumns.map(([name]) => some.map((entry) => entry[name] ?? null))],
      };
    });
    made.push(ofPartition);
  }
  return made;
}

function pieceOf<T>(rows: readonly T[], index: number, count: number): readonly T[] {
  return rows.slice(
    Math.floor((index * rows.length) / count),
    Math.floor(((index + 1) * rows.length) / count),
  );
}

function outboxValues(partition: number, some: readonly OutboxRow[]): unknown[] {
  return [
    partition,
    some.map((row) => row.topic),
    some.map((row) => row.topic_partition),
    some.map((row) => row.sequence),
    some.map((row) => row.envelope),
  ];
}

/** Each account once, as its last entry of the batch leaves it. */
function accountValues(partition: number, day: unknown, some: readonly EntryRow[]): unknown[] {
  const last = [...new Map(some.map((entry) => [entry.account_id, entry])).values()];
  return [
    partition,
    day,
    last.map((entry) => entry.account_id),
    last.map((entry) => entry.balance_after),
    last.map((entry) => entry.number),
    last.map((entry) => entry.hash),
    last.map((entry) => entry.business_date),
  ];
}
