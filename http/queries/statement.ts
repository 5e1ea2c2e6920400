/**
 * Statements of the pages that people open all day: plain SQL on the read pool's connections. Built by a query builder,
 * fetched relation by relation and mapped twice, such a page cost several times what Postgres needs for it.
 *
 * A statement with a name is parsed and planned once per connection. Only those have one whose plan is the same whatever
 * their values are, and whose values are single ones, no arrays; names are few, for Postgres keeps each of them until the
 * connection ends.
 */
import type { Knex } from "knex";
import type { Pool, QueryConfig, QueryResult } from "pg";
import { PreparedRead } from "./prepared-read.ts";

export interface Statement {
  readonly name?: string | undefined;
  readonly text: string;
  readonly values: readonly unknown[];
}

/**
 * Waits for a connection, and fails, as every query of this pool does: it is knex's pool, too (read-database.ts). With a
 * callback, because pg's promises hold on to the rows of the query before: they outlive every young collection, and a
 * page of tasks costs a fifth more.
 */
export function rowsOf<Row>(database: Knex, { name, text, values }: Statement): Promise<Row[]> {
  const pool: Pool = database.client.config.connectionPool;
  const query = name === undefined ? { text, values } : new PreparedRead<Row>({ name, text, values });
  return new Promise((resolve, reject) => {
    pool.query(query as QueryConfig, (error: Error | undefined, result: QueryResult) => {
      if (error) reject(error);
      else resolve(result.rows);
    });
  });
}

/** Values of a statement that is put together, each by the place it stands at: `$1`, `$2`… */
export class Values {
  readonly all: unknown[] = [];

  readonly place = (value: unknown): string => `$${this.all.push(value)}`;
}
