/** Migrations: forward only, in the order of their numbers, each in one transaction; a newer schema is refused. */
import { readdirSync, readFileSync } from "node:fs";
import type pg from "pg";

const FOLDER = new URL("./migrations/", import.meta.url);
/** The longest that a timer takes: 24 days. */
const DEADLINE_MS_MAX = 2_147_483_647;
const FILE = /^(\d{4})-[a-z0-9-]+\.sql$/;

export interface Migration {
  readonly number: number;
  readonly name: string;
}

export const MIGRATIONS: readonly Migration[] = readdirSync(FOLDER)
  .sort()
  .map((name) => {
    const match = FILE.exec(name);
    if (match === null) throw new Error(`ops/migrations/${name}: expected NNNN-reason.sql`);
    return { number: Number(match[1]), name };
  });

/** Applies what is missing and answers the names. Several processes may call it at once: one works, the others wait. */
export async function migrate(pool: pg.Pool): Promise<string[]> {
  const client = await pool.connect();
  const applied: string[] = [];
  try {
    await client.query(
      "create table if not exists migrations (number integer primary key, name text not null, applied_at timestamptz not null default now())",
    );
    await client.query("begin");
    await client.query("set local statement_timeout = 0");
    await client.query(withoutDeadline("lock table migrations in exclusive mode"));
    const { rows } = await client.query<{ number: number }>("select number from migrations");
    const known = new Set(rows.map((row) => row.number));
    refuseNewer(known);
    for (const { number, name } of MIGRATIONS) {
      if (known.has(number)) continue;
      const text = readFileSync(new URL(name, FOLDER), "utf8");
      await client.query(withoutDeadline(text));
      await client.query("insert into migrations (number, name) values ($1, $2)", [number, name]);
      applied.push(name);
    }
    await client.query("commit");
    client.release();
    return applied;
  } catch (error) {
    client.release(error instanceof Error ? error : true);
    throw error;
  }
}

/** A large book's index takes minutes, and so does waiting for another process that makes it. */
function withoutDeadline(text: string): { text: string; query_timeout: number } {
  return { text, query_timeout: DEADLINE_MS_MAX };
}

function refuseNewer(known: ReadonlySet<number>): void {
  const last = MIGRATIONS.at(-1)?.number ?? 0;
  const newest = Math.max(0, ...known);
  if (newest > last) {
    throw new Error(
      `the database is at migration ${newest}, this release knows ${last}: start a newer release of aTES`,
    );
  }
}
