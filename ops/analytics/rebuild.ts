/**
 * The read side made again from its facts, beside the live one, compared with it row by row, and the live one mended
 * where it differs (AN-3, invariant 7).
 *
 * 1. Nothing but the kept facts is read: neither the ledger's tables nor the board's.
 * 2. While it replays, people work and the projection goes on. Only for the comparison its commits wait, all of which
 *    write facts; in a database of its own its follower waits. Both sides are then of the same facts.
 * 3. When something was mended the projection's owners are fenced, so that they forget the sums they keep in memory.
 */
import type pg from "pg";
import type { Db } from "../../actors/runtime/actor-store.ts";
import { followToTheEnd } from "./follow.ts";
import { replay, tablesIn } from "./replay.ts";

/** Each with its key. */
const TABLES = {
  people: ["id"],
  income: ["business_date", "partition"],
  balances: ["account_id", "business_date"],
  below: ["account_id", "since"],
  completions: ["task_id"],
} as const;

type Table = keyof typeof TABLES;

const FENCE_OWNERS = "update partitions set epoch = epoch + 1, owner = null where kind = 'analytics'";
const SCRATCH = "analytics_rebuilt";

export interface RebuildOptions {
  /** Where the facts are. */
  readonly pool: pg.Pool;
  /** The database of its own that the rows are in, if they are not beside the facts. */
  readonly own?: pg.Pool | undefined;
  readonly partitions: number;
  /** Compare only. */
  readonly isCheck: boolean;
  /** After each partition. */
  readonly onProgress: (done: number, facts: number) => void;
}

export interface RebuiltTable {
  readonly table: Table;
  readonly rows: number;
  /** Rows of the live table that the facts do not make, and the other way round. */
  readonly wrong: number;
  readonly missing: number;
}

export async function rebuildAnalytics(options: RebuildOptions): Promise<readonly RebuiltTable[]> {
  const { pool, own, partitions, onProgress } = options;
  const rows = own ?? pool;
  await createScratch(rows);
  try {
    const reached: number[] = [];
    let facts = 0;
    for (let partition = 0; partition < partitions; partition++) {
      const count = (more: number) => {
        facts += more;
      };
      reached.push(await replay(pool, tablesIn(SCRATCH, rows), { partition, after: 0 }, count));
      onProgress(partition + 1, facts);
    }
    return await compareAtRest(options, reached);
  } finally {
    await rows.query(`drop schema if exists ${SCRATCH} cascade`);
  }
}

/** Without a log of their own: what a crash leaves is dropped by the next rebuild. */
async function createScratch(pool: pg.Pool): Promise<void> {
  await pool.query(`drop schema if exists ${SCRATCH} cascade`);
  await pool.query(`create schema ${SCRATCH}`);
  for (const table of tableNames())
    await pool.query(`create unlogged table ${SCRATCH}.${table} (like analytics.${table} including all)`);
}

async function compareAtRest(
  { pool, own, isCheck }: RebuildOptions,
  reached: readonly number[],
): Promise<readonly RebuiltTable[]> {
  const client = await (own ?? pool).connect();
  try {
    await client.query("begin");
    if (own === undefined) await client.query("lock table analytics.facts in share row exclusive mode");
    for (const [partition, after] of reached.entries()) {
      const upTo = own === undefined ? undefined : await followToTheEnd(pool, client, partition);
      const stretch = { partition, after, ...(upTo === undefined ? {} : { upTo }) };
      await replay(own === undefined ? client : pool, tablesIn(SCRATCH, client), stretch);
    }
    const found: RebuiltTable[] = [];
    for (const table of tableNames()) found.push(await compare(client, table));
    if (!isCheck && found.some(isDifferent)) {
      await mend(client, found);
      if (own === undefined) await client.query(FENCE_OWNERS);
    }
    await client.query("commit");
    client.release();
    return found;
  } catch (error) {
    client.release(error instanceof Error ? error : true);
    throw error;
  }
}

export function isDifferent({ wrong, missing }: RebuiltTable): boolean {
  return wrong + missing > 0;
}

async function compare(db: Db, table: Table): Promise<RebuiltTable> {
  const { rows } = await db.query<Omit<RebuiltTable, "table">>(
    `select (select count(*) from ${SCRATCH}.${table}) as rows,
            (select count(*) from (table analytics.${table} except table ${SCRATCH}.${table}) as w) as wrong,
            (select count(*) from (table ${SCRATCH}.${table} except table analytics.${table}) as m) as missing`,
  );
  const [counts] = rows;
  if (counts === undefined) throw new Error("expected a row of counts, got none");
  return { table, ...counts };
}

async function mend(db: Db, found: readonly RebuiltTable[]): Promise<void> {
  for (const { table } of found.filter(isDifferent)) {
    const isSame = TABLES[table].map((column) => `l.${column} = w.${column}`).join(" and ");
    await db.query(
      `delete from analytics.${table} l
        using (table analytics.${table} except table ${SCRATCH}.${table}) as w where ${isSame}`,
    );
    await db.query(
      `insert into analytics.${table} (table ${SCRATCH}.${table} except table analytics.${table})`,
    );
  }
}

function tableNames(): Table[] {
  return Object.keys(TABLES) as Table[];
}
