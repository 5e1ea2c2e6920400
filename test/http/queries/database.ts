/**
 * A real Postgres for the queries' tests: the run's server, one migrated database per file, emptied before each test.
 * Rows are put in directly: what writes them is tested elsewhere.
 */
import { readdirSync, readFileSync } from "node:fs";
import type { Knex } from "knex";
import pg from "pg";
import { createReadDatabase } from "../../../http/queries/read-database.ts";
import { newUuid } from "../../../schemas/ids.ts";
import { testServers } from "../../support/servers.ts";

const MIGRATIONS = new URL("../../../ops/migrations/", import.meta.url);
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
    const { postgresUrl: url } = await testServers();
    const name = `queries_${newUuid().replaceAll("-", "")}`;
    await withClient(url, (client) => client.query(`create database ${name}`));
    const own = new URL(url);
    own.pathname = `/${name}`;
    const writes = new pg.Client({ connectionString: own.href });
    await writes.connect();
    for (const file of readdirSync(MIGRATIONS)
      .filter((f) => f.endsWith(".sql"))
      .sort()) {
      await writes.query(readFileSync(new URL(file, MIGRATIONS), "utf8"));
    }
    return new TestDatabase(own.href, writes);
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

  async empty(): Promise<void> {
    const { rows } = await this.#writes.query<{ tables: string }>(
      "select string_agg(format('%I.%I', schemaname, tablename), ', ') as tables from pg_tables where schemaname in ('public', 'analytics')",
    );
    await this.#writes.query(`truncate ${rows[0]?.tables}`);
  }

  async close(): Promise<void> {
    await this.reads.destroy();
    await this.#writes.end();
  }
}

async function withClient(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await work(client).finally(() => client.end());
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
