/**
 * Statements of the pages that people open all day: plain SQL on the read pool's connections. Built by a query builder,
 * fetched relation by relation and mapped twice, such a page cost several times what Postgres needs for it.
 *
 * A statement with a name is parsed and planned once per connection. Only those have one whose plan is the same whatever
 * their values are; names are few, for Postgres keeps each of them until the connection ends.
 */
import type { Knex } from "knex";

export interface Statement {
  readonly name?: string | undefined;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** What knex's own connection to Postgres can: it is one of pg's. */
interface Connection {
  query<Row>(statement: Statement, callback: (error: Error | null, result: { rows: Row[] }) => void): void;
}

/**
 * Waits for a connection, and fails, as every query of this pool does. With a callback, because pg's promise of a lent
 * connection holds on to the rows of the query before: they outlive every young collection, and a page of tasks costs a
 * fifth more.
 */
export async function rowsOf<Row>(database: Knex, statement: Statement): Promise<Row[]> {
  const { client } = database;
  const connection: Connection = await client.acquireConnection();
  return new Promise((resolve, reject) => {
    connection.query<Row>(statement, (error, result) => {
      client.releaseConnection(connection);
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
