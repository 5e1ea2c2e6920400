/**
 * How checks read Postgres: one statement, one snapshot. Every batch commits what belongs together, so a check that is
 * one statement sees a consistent company while traffic goes on; and no snapshot outlives its statement, because a held
 * one keeps Postgres from tidying the small hot rows of the runtime.
 */
import type pg from "pg";

/** Sums over a whole ledger take longer than a batch may: ten minutes is some hundred million entries. */
const STATEMENT_TIMEOUT_MS = 600_000;

export class Reader {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async rows<R extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    const client = await this.#pool.connect();
    let failure: Error | undefined;
    try {
      await client.query("begin read only");
      await client.query(`set local statement_timeout = ${STATEMENT_TIMEOUT_MS}`);
      const query = { text, values: [...values], query_timeout: STATEMENT_TIMEOUT_MS + 1_000 };
      const { rows } = await client.query<R>(query);
      await client.query("commit");
      return rows;
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
      throw error;
    } finally {
      client.release(failure);
    }
  }

  /** Pages of a table in the order of a key: the statement gets the last row's key and the page's length. */
  async *pages<R extends pg.QueryResultRow>(
    text: string,
    first: readonly unknown[],
    keyOf: (row: R) => readonly unknown[],
    length: number,
  ): AsyncGenerator<R[]> {
    let after = first;
    for (;;) {
      const page = await this.rows<R>(text, [...after, length]);
      const last = page.at(-1);
      if (last === undefined) return;
      yield page;
      if (page.length < length) return;
      after = keyOf(last);
    }
  }
}
