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
/** A core each. */
const WRITERS = 2;

export interface AccountSeed {
  readonly accounts: number;
  /** Of each account, on dates before the first one of the installation. */
  readonly entriesEach: number;
  /** What every account has now; on the open date. */
  readonly balanceMinor: number;
  /** False: what reads the accounts alone needs no people in the directory and the mailer. */
  readonly hasPeople?: boolean;
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
      if (seed.hasPeople !== false) await insertPeople(pool, piece);
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

/** Date by date, as entries come. Loading with the indexes in place would take several times as long. */
async function insertEntries(pool: pg.Pool, seed: AccountSeed, firstDate: string): Promise<void> {
  const makeIndexes = await dropIndexes(pool, "entries");
  const each = Array.from({ length: seed.entriesEach }, (_, index) => index + 1);
  const writer = async () => {
    for (let n = each.shift(); n !== undefined; n = each.shift()) {
      await pool.query(
        `insert into entries (account_id, number, transfer_id, kind, amount, balance_after, counter_account, partition,
                              task_id, title, jira_id, business_date, occurred_at, trace_id, hash)
         select id, n, gen_random_uuid(), case when n % 2 = 0 then 'fee' else 'reward' end,
                case when n % 2 = 0 then -15 else 30 end, 15 * n, 'income', partition, gen_random_uuid(),
                'Sharpen the beak of the log-in page', 'UBERPOP-42', date, date, md5('trace'),
                md5(n::text) || md5(id::text)
           from accounts, (select $1::int as n, $2::date - $3::int + $1::int - 1 as date) as day`,
        [n, firstDate, seed.entriesEach],
      );
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
  await makeIndexes();
}

/** Answers how to make them again. */
async function dropIndexes(pool: pg.Pool, table: string): Promise<() => Promise<void>> {
  const { rows } = await pool.query<{ name: string; key: string | null; text: string }>(
    `select i.indexname as name, c.conname as key, i.indexdef as text
       from pg_indexes i left join pg_constraint c on c.conname = i.indexname and c.contype = 'p'
      where i.tablename = $1`,
    [table],
  );
  for (const { name, key } of rows) {
    await pool.query(key === null ? `drop index ${name}` : `alter table ${table} drop constraint ${key}`);
  }
  return async () => {
    const left = [...rows];
    const maker = async () => {
      for (let index = left.shift(); index !== undefined; index = left.shift()) {
        await pool.query(`set maintenance_work_mem = '512MB'`);
        await pool.query(index.text);
        if (index.key !== null) {
          await pool.query(`alter table ${table} add primary key using index ${index.key}`);
        }
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, maker));
  };
}
