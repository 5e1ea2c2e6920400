/**
 * The pool that queries read from: our column types, every transaction read-only, every wait bounded. It is pg's own, also
 * below knex: taking a connection from knex's cost 20 µs of a core and a timer, a tenth of a short read.
 * It may point at a replica; nothing here is ever written (EDGE-3).
 */
import knex, { type Knex } from "knex";
import pg from "pg";
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
const IDLE_MS = 30_000;
/** Postgres gives a statement up before: who has heard nothing by then has a dead line. */
export const READ_SILENCE_MS = STATEMENT_TIMEOUT_MS + 1_000;

export function createReadDatabase(from: string | ReadDatabaseOptions): Knex {
  const options: ReadDatabaseOptions = typeof from === "string" ? { connectionString: from } : from;
  const statementTimeoutMs = options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS;
  const sockets = options.sockets ?? new Sockets(READ_SILENCE_MS);
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    application_name: "ates-queries",
    types: COLUMN_TYPES,
    keepAlive: true,
    statement_timeout: statementTimeoutMs,
    options: "-c default_transaction_read_only=on -c TimeZone=UTC",
    stream: sockets.open,
    max: options.connectionsMax ?? 10,
    connectionTimeoutMillis: options.acquireTimeoutMs ?? 2_000,
    idleTimeoutMillis: IDLE_MS,
  });
  pool.on("error", () => undefined); // an idle connection broke: the next query gets another
  // While it is lent out the pool does not listen, and a connection that breaks then would end the process.
  pool.on("connect", (client) => client.on("error", () => undefined));
  const database = knex({
    client: "pg",
    connectionPool: pool,
    log: SILENT, // knex prints what it also throws; who catches it logs it once, with its trace
  });
  database.client.destroy = () => pool.end(); // what knex is given it leaves open
  return database;
}

const SILENT = { warn: () => undefined, error: () => undefined };
