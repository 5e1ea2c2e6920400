/**
 * A database as an earlier release left it: the migrations up to one, made again, with those of the rows that were there
 * which that release could have written. What later releases added, columns, tables and kinds, is left out; so the
 * migrations that follow must make it of what is there.
 */
import { readFileSync } from "node:fs";
import type pg from "pg";
import { MIGRATIONS } from "../../ops/migrate.ts";

/** Table → its rows as JSON text: numbers beyond JavaScript's go through unread. */
export type Rows = ReadonlyMap<string, string>;

/** Where a table was before the migration. */
const MOVED: readonly { readonly until: number; readonly from: RegExp; readonly to: string }[] = [
  { until: 23, from: /^analytics\./, to: "public.analytics_" },
];

/** Rows that nobody could have written before the migration. */
const NOT_YET: readonly { readonly until: number; readonly table: string; readonly where: string }[] = [
  { until: 19, table: "partitions", where: "kind = 'bookkeeper'" },
  { until: 22, table: "partitions", where: "kind = 'webhook'" },
  { until: 24, table: "later", where: "envelope like '%\"schedule.due\"%'" },
  { until: 25, table: "later", where: "envelope like '%\"digest.send\"%'" },
  { until: 25, table: "mails", where: "template not in ('receipt', 'payout-failed')" },
];
/** Until then the scheduler heard of nobody and of no date. */
const SCHEDULER_READS_SINCE = 24;
/** Until then webhooks waited for numbers that were gone. */
const WEBHOOKS_READ_SINCE = 33;

const TABLES = `
  select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where c.relkind = 'r' and n.nspname in ('public', 'analytics') and c.relname <> 'migrations'`;

export async function dump(pool: pg.Pool): Promise<Rows> {
  const { rows } = await pool.query<{ name: string }>(TABLES);
  const dumped = new Map<string, string>();
  for (const { name } of rows) {
    const { rows: all } = await pool.query<{ text: string }>(
      `select coalesce(json_agg(t), '[]')::text as text from ${name} t`,
    );
    dumped.set(name, all[0]?.text ?? "[]");
  }
  return dumped;
}

/** Everything there is goes; then the schema of the migration, with the rows that fit it. On a connection of its own. */
export async function restoreAt(client: pg.Client, number: number, rows: Rows): Promise<void> {
  await client.query(
    "drop schema if exists analytics cascade; drop schema if exists reports cascade; drop schema public cascade; create schema public",
  );
  await client.query(
    "create table migrations (number integer primary key, name text not null, applied_at timestamptz not null default now())",
  );
  for (const migration of MIGRATIONS.filter((each) => each.number <= number)) {
    const file = new URL(`../../ops/migrations/${migration.name}`, import.meta.url);
    await client.query(readFileSync(file, "utf8"));
    await client.query("insert into migrations (number, name) values ($1, $2)", [
      migration.number,
      migration.name,
    ]);
  }
  // What rows that are there set off when they were written is in the rows.
  await client.query("set session_replication_role = replica");
  for (const [table, text] of rows) await fill(client, nameAt(table, number), text);
  for (const { until, table, where } of NOT_YET)
    if (number < until) await client.query(`delete from ${table} where ${where}`);
  if (number < SCHEDULER_READS_SINCE)
    await client.query("update partitions set inbox = '{}' where kind = 'scheduler'");
  if (number < WEBHOOKS_READ_SINCE)
    await client.query("update partitions set inbox = '{}' where kind = 'webhook'");
  await client.query("set session_replication_role = origin");
}

function nameAt(table: string, number: number): string {
  const moved = MOVED.find(({ until, from }) => number < until && from.test(table));
  return moved === undefined ? table : table.replace(moved.from, moved.to);
}

async function fill(client: pg.Client, table: string, text: string): Promise<void> {
  const { rows: columns } = await client.query<{ name: string; isIdentity: boolean }>(
    `select quote_ident(attname) as name, attidentity <> '' as "isIdentity" from pg_attribute
      where attrelid = to_regclass($1) and attnum > 0 and not attisdropped and attgenerated = ''`,
    [table],
  );
  if (columns.length === 0) return; // the table is younger
  const names = columns.map(({ name }) => name).join(", ");
  // Installations begin with rows that migrations write.
  await client.query(`truncate ${table} cascade`);
  await client.query(
    `insert into ${table} (${names}) overriding system value select ${names} from json_populate_recordset(null::${table}, $1)`,
    [text],
  );
  for (const { name, isIdentity } of columns)
    if (isIdentity)
      await client.query(
        `select setval(pg_get_serial_sequence('${table}', '${name}'), coalesce(max(${name}), 0) + 1, false) from ${table}`,
      );
}
