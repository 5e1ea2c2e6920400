/**
 * The pool that queries read from: knex with our column types, every transaction read-only, every wait bounded.
 * It may point at a replica; nothing here is ever written (EDGE-3).
 */
import knex, { type Knex } from "knex";
import { Sockets } from "../sockets.ts";
import { COLUMN_TYPES } from "./column-types.ts";

export interface ReadDatabaseOptions {
  readonly connectionString: string;
  /** Connections of the pool. Default 10: reads are short, and one edge process has one thread to use them. */
  readonly connectionsMax?: number;
  /** How long a query waits for a free connection before the edge answers 503. Default 2,000 ms. */
  readonly acquireTimeoutMs?: number;
  /** How long Postgres works on one statement before it gives up. Default 5,000 ms. */
  readonly statementTimeoutMs?: number;
  /** Where its connections come from. Default: sockets that end 1,000 ms after the time-out above. */
  readonly sockets?: Sockets;
}

const STATEMENT_TIMEOUT_MS = 5_000;
/** Postgres gives a statement up before: who has heard nothing by then has a dead line. */
export const READ_SILENCE_MS = STATEMENT_TIMEOUT_MS + 1_000;

export function createReadDatabase(from: string | ReadDatabaseOptions): Knex {
  const options: ReadDatabaseOptions = typeof from === "string" ? { connectionString: from } : from;
  const statementTimeoutMs = options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS;
  const sockets = options.sockets ?? new Sockets(READ_SILENCE_MS);
  return knex({
    client: "pg",
    // A function, so that knex does not deep-copy the parsers and the socket factory.
    connection: () => ({
      connectionString: options.connectionString,
      application_name: "ates-queries",
      types: COLUMN_TYPES,
      keepAlive: true,
      statement_timeout: statementTimeoutMs,
      options: "-c default_transaction_read_only=on -c TimeZone=UTC",
      stream: sockets.open,
    }),
    pool: { min: 0, max: options.connectionsMax ?? 10 },
    acquireConnectionTimeout: options.acquireTimeoutMs ?? 2_000,
    log: SILENT, // knex prints what it also throws; who catches it logs it once, with its trace
  });
}

const SILENT = { warn: () => undefined, error: () => undefined };
