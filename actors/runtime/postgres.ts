/**
 * Connections to Postgres, made in one way: 64-bit integers come as checked numbers and dates as text, by choice;
 * every statement has a deadline on both sides, and a client whose outcome is unknown is destroyed, never reused.
 */
import type { Socket } from "node:net";
import pg from "pg";

const INT8 = 20;
const DATE = 1082;
const TIMESTAMPTZ = 1184;

/** A statement that takes longer is stuck, not slow: batches are bounded. */
const STATEMENT_TIMEOUT_MS = 15_000;
/** For a free connection, or for a new one. */
const CONNECT_TIMEOUT_MS = 5_000;
/** Postgres gives a statement up before its client does: who has heard nothing by then has a dead line. */
const ANSWER_SLACK_MS = 1_000;

export interface PoolLimits {
  readonly statementTimeoutMs?: number;
  readonly connectTimeoutMs?: number;
  /** Where the connections' sockets come from. */
  readonly stream?: () => Socket;
}

export function postgresPool(
  url: string,
  max: number,
  onError: (error: Error) => void,
  limits: PoolLimits = {},
): pg.Pool {
  const { statementTimeoutMs = STATEMENT_TIMEOUT_MS, connectTimeoutMs = CONNECT_TIMEOUT_MS, stream } = limits;
  const pool = new pg.Pool({
    connectionString: url,
    max,
    keepAlive: true,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + ANSWER_SLACK_MS,
    application_name: "ates",
    pipeline: true,
    types: { getTypeParser },
    ...(stream === undefined ? {} : { stream }),
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
