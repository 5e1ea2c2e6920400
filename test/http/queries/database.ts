/**
 * A real Postgres for the queries' tests: the run's server, one migrated database per file, emptied before each test.
 * Rows are put in directly: what writes them is tested elsewhere.
 */
import type { Knex } from "knex";
import pg from "pg";
import { createReadDatabase } from "../../../http/queries/read-database.ts";
import { freshDatabase } from "../../support/database.ts";

const START_MS = 60_000;

export type Row = Readonly<Record<string, unknown>>;

export class TestDatabase {
  readonly url: string;
  readonly reads: Knex;
  readonly #writes: pg.Client;

  private constructor(url: string, writes: pg.Client) {
    this.url = url;
    this.reads = createReadDatabase(url);
    this.#writes = writes;
  }

  static async create(): Promise<TestDatabase> {
    const { databaseUrl } = await freshDatabase();
    const writes = new pg.Client({ connectionString: databaseUrl });
    await writes.connect();
    return new TestDatabase(databaseUrl, writes);
  }

  async insert(table: string, ...rows: readonly Row[]): Promise<void> {
    for (const row of rows) {
      const names = Object.keys(row);
      const places = names.map((_, i) => `$${i + 1}`);
      await this.#writes.query(
        `insert into ${table} (${names.join(", ")}) values (${places.join(", ")})`,
        names.map((name) => row[name]),
      );
    }
  }

  async run(sql: string, values: readonly unknown[] = []): Promise<void> {
    await this.#writes.query(sql, [...values]);
  }

  /** Only what has rows: to truncate a table makes its files anew, and there are many. */
  async empty(): Promise<void> {
    await this.#writes.query(`do $$ declare each record; has_rows boolean; begin
      for each in select format('%I.%I', schemaname, tablename) as name from pg_tables
                   where schemaname in ('public', 'analytics') loop
        execute 'select exists (select from ' || each.name || ')' into has_rows;
        if has_rows then execute 'truncate ' || each.name || ' cascade'; end if;
      end loop; end $$`);
  }

  async close(): Promise<void> {
    await this.reads.destroy();
    await this.#writes.end();
  }
}

/** One database for the tests of a `describe`, empty before each. */
export function useDatabase(): { readonly db: TestDatabase } {
  const used: { db?: TestDatabase } = {};
  before(async function () {
    this.timeout(START_MS);
    used.db = await TestDatabase.create();
  });
  beforeEach(() => used.db?.empty());
  after(() => used.db?.close());
  return {
    get db() {
      if (used.db === undefined) throw new Error("the database is there from the first `before` on");
      return used.db;
    },
  };
}
