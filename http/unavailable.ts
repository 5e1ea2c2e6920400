/**
 * Tells a dependency that is away from a bug: the first is 503 and passes, the second is 500 and is mended.
 * Looks through `cause` and through knex's `nativeError`, because the pool's error may be wrapped.
 */
const SYSTEM_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
]);

/**
 * Postgres: connection exceptions; shutdown and starting up; too many clients, no memory, a full disk; a statement that
 * took too long; read-only after a fail-over; a replica's read in the way of what it replays.
 */
const SQL_STATES = /^(08...|57P0[1-5]|53...|57014|25006|40001)$/;

/** Errors that the drivers give no code. */
const MESSAGES = [
  /^Connection terminated/,
  /timeout exceeded when trying to connect/,
  /^Query read timeout/,
  /Client has encountered a connection error/,
  /^Connection is closed/,
  /Stream isn't writeable/,
  /^Command timed out/,
  /^Redis did not answer/,
  /^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN) /,
];

const NAMES = new Set(["KnexTimeoutError", "MaxRetriesPerRequestError", "PartDown"]);

const DEPTH_MAX = 4;

export function isUnavailable(error: unknown, depth: number = 0): boolean {
  if (!(error instanceof Error) || depth > DEPTH_MAX) return false;
  const { code, cause, nativeError } = error as Error & { code?: unknown; nativeError?: unknown };
  if (typeof code === "string" && (SYSTEM_CODES.has(code) || SQL_STATES.test(code))) return true;
  if (NAMES.has(error.name) || MESSAGES.some((message) => message.test(error.message))) return true;
  return isUnavailable(cause, depth + 1) || isUnavailable(nativeError, depth + 1);
}
