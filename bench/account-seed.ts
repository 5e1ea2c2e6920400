/**
 * A book with many accounts and a history, written into a fresh installation before anything runs: rows of the tables
 * of the accounts, the directory and the mailer. The hashes of its entries are made up: it is for reading and for going
 * on with, not for verifying.
 */
import type pg from "pg";
import { readCompany } from "../ops/install.ts";
import { newUuid, type UserId } from "../schemas/ids.ts";
import type { Notifications } from "../schemas/resources.ts";
import { partitionOf } from "../streams/partition.ts";
import { seedPool } from "./board-seed.ts";

const PIECE = 20_000;
/** The day's breakdown of an account whose whole balance is one reward. */
const DAY = { carriedMinor: 0, fees: 0, feesMinor: 0, rewards: 1, rewardsMinor: 30, otherMinor: 0 };
const NOTIFICATIONS: Notifications = { assigned: true, receipt: true, statement: true };
const NAMELESS = "md5('bench')";
/** Loading with them in place would take several times as long; they are made again when the rows are there. */
const SECONDARY_INDEXES = ["entries_by_task", "entries_by_day"] as const;

export interface AccountSeed {
  readonly accounts: number;
  /** Of each account, on dates before the first one of the installation. */
  readonly entriesEach: number;
  /** What every account has now; on the open date. */
  readonly balanceMinor: number;
}

export async function seedAccounts(databaseUrl: string, seed: AccountSeed): Promise<UserId[]> {
  const pool = seedPool(databaseUrl);
  try {
    const { partitions, firstDate } = await readCompany(pool);
    const ids = Array.from({ length: seed.accounts }, () => newUuid() as UserId);
    for (let from = 0; from < ids.length; from += PIECE) {
      const piece = ids.slice(from, from + PIECE);
      const owners = piece.map((id) => partitionOf(id, partitions));
      await pool.query(
        `insert into accounts (partition, id, balance, entries, head_hash, last_date, day)
         select partition, id, $3, $4, ${NAMELESS}, $5, $6 from unnest($1::int[], $2::uuid[]) as new(partition, id)`,
        [owners, piece, seed.balanceMinor, seed.entriesEach, firstDate, DAY],
      );
      await insertPeople(pool, piece);
    }
    if (seed.entriesEach > 0) await insertEntries(pool, seed, firstDate);
    await pool.query("vacuum analyze");
    return ids;
  } finally {
    await pool.end();
  }
}

async function insertPeople(pool: pg.Pool, ids: readonly UserId[]): Promise<void> {
  await pool.query(
    `with people as (select id, 'popug-' || id || '@bench.local' as email, 'Popug ' || left(id::text, 8) as name
                       from unnest($1::uuid[]) as id),
          mailed as (insert into mail_people (id, email, name, locale, active, notifications)
                     select id, email, name, 'en', true, $2::jsonb from people)
     insert into users (id, email, name, role, notifications, created_at, changed_at)
     select id, email, name, 'employee', $2::jsonb, now() - interval '1 day', now() - interval '1 day' from people`,
    [ids, NOTIFICATIONS],
  );
}

async function insertEntries(pool: pg.Pool, seed: AccountSeed, firstDate: string): Promise<void> {
  const { rows } = await pool.query<{ indexname: string; indexdef: string }>(
    "select indexname, indexdef from pg_indexes where indexname = any($1)",
    [SECONDARY_INDEXES],
  );
  for (const { indexname } of rows) await pool.query(`drop index ${indexname}`);
  await pool.query(
    `insert into entries (account_id, number, transfer_id, kind, amount, balance_after, counter_account, partition,
                          task_id, title, jira_id, business_date, occurred_at, trace_id, hash)
     select id, n, gen_random_uuid(), case when n % 2 = 0 then 'fee' else 'reward' end,
            case when n % 2 = 0 then -15 else 30 end, 15 * n, 'income', partition, gen_random_uuid(),
            'Sharpen the beak of the log-in page', 'UBERPOP-42', $2::date - 1 - n::int, now() - n * interval '1 day',
            md5(n::text), md5(n::text) || md5(id::text)
       from accounts, generate_series(1, $1::int) as n order by n, id`,
    [seed.entriesEach, firstDate],
  );
  for (const { indexdef } of rows) await pool.query(indexdef);
}
