/**
 * Connections to Postgres, made in one way: 64-bit integers come as checked numbers and dates as text, by choice;
 * every statement has a deadline on both sides, and a client whose outcome is unknown is destroyed, never reused.
 */
import pg from "pg";

const INT8 = 20;
const DATE = 1082;
const TIMESTAMPTZ = 1184;

/** A statement that takes longer is stuck, not slow: batches are bounded. */
const STATEMENT_TIMEOUT_MS = 15_000;
const CONNECT_TIMEOUT_MS = 5_000;
export function postgresPool(url: string, max: number, onError: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: STATEMENT_TIMEOUT_MS + 1_000,
    application_name: "ates",
    types: { getTypeParser },
  });
  pool.on("error", onError);
  // While it is lent out the pool does not listen, and a connection that breaks then would end the process.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

function getTypeParser(oid: number, format?: "text" | "binary"): (text: string) => unknown {
  if (oid === INT8) return parseInt8;
  if (oid === DATE) return (text) => text;
  if (oid === TIMESTAMPTZ) return (text) => new Date(text).toISOString();
  return pg.types.getTypeParser(oid, format) as (text: string) => unknown;
}

function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value))
    throw new RangeError(`int8 ${text} is beyond what a number holds exactly`);
  return value;
}
