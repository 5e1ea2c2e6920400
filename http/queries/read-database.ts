/**
 * The pool that queries read from: knex with our column types, every transaction read-only, every wait bounded.
 * It may point at a replica; nothing here is ever written (EDGE-3).
 */
import { Socket } from "node:net";
import knex, { type Knex } from "knex";
import { COLUMN_TYPES } from "./column-types.ts";

export interface ReadDatabaseOptions {
  readonly connectionString: string;
  /** Connections of the pool. Default 10: reads are short, and one edge process has one thread to use them. */
  readonly connectionsMax?: number;
  /** How long a query waits for a free connection before the edge answers 503. Default 2,000 ms. */
  readonly acquireTimeoutMs?: number;
  /** How long Postgres works on one statement before it gives up. Default 5,000 ms. */
  readonly statementTimeoutMs?: number;
  /** A connection silent for this long has a dead peer, or nothing to do. Default: 5,000 ms after the time-out above. */
  readonly silenceMs?: number;
}

export function createReadDatabase(from: string | ReadDatabaseOptions): Knex {
  const options: ReadDatabaseOptions = typeof from === "string" ? { connectionString: from } : from;
  const statementTimeoutMs = options.statementTimeoutMs ?? 5_000;
  const silenceMs = options.silenceMs ?? statementTimeoutMs + 5_000;
  return knex({
    client: "pg",
    // A function, so that knex does not deep-copy the parsers and the socket factory.
    connection: () => ({
      connectionString: options.connectionString,
      application_name: "ates-queries",
      types: COLUMN_TYPES,
      keepAlive: true,
      statement_timeout: statementTimeoutMs,
      options: "-c default_transaction_read_only=on",
      stream: () => socketThatEndsInSilence(silenceMs),
    }),
    pool: { min: 0, max: options.connectionsMax ?? 10 },
    acquireConnectionTimeout: options.acquireTimeoutMs ?? 2_000,
    log: SILENT, // knex prints what it also throws; who catches it logs it once, with its trace
  });
}

const SILENT = { warn: () => undefined, error: () => undefined };

/** pg can hang on a half-open connection, and TCP takes hours to notice; a destroyed socket makes knex throw the connection away. */
function socketThatEndsInSilence(silenceMs: number): Socket {
  const socket = new Socket();
  socket.setTimeout(silenceMs, () => {
    const silence = new Error(`Postgres said nothing for ${silenceMs} ms`);
    socket.destroy(Object.assign(silence, { code: "ETIMEDOUT" }));
  });
  return socket;
}
