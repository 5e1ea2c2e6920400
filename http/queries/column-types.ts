/**
 * How a column's text becomes a value, chosen and not left to pg's defaults: `int8` a number that a double holds
 * exactly, `date` the text itself (a JS Date would put it into this machine's zone), `timestamptz` RFC 3339 in UTC.
 */
import pg from "pg";

const { builtins } = pg.types;

export const COLUMN_TYPES = new pg.TypeOverrides();
COLUMN_TYPES.setTypeParser(builtins.INT8, safeInteger);
COLUMN_TYPES.setTypeParser(builtins.DATE, (text: string) => text);
COLUMN_TYPES.setTypeParser(builtins.TIMESTAMPTZ, instant);

/** Throws a RangeError where a double would round: a wrong amount is worse than a failed answer (ACC-2). */
export function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`expected a whole number within ±2^53, got ${text}`);
  return value;
}

/** What the read database's sessions, which are in UTC, write: years of four digits, and no finer than microseconds. */
const IN_UTC = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00$/;

/**
 * `2026-03-01 12:00:00.5+03` → `2026-03-01T09:00:00.500Z`; finer parts than a millisecond are cut off. Temporal takes
 * eight times as long as putting the text of UTC together, and a page has a hundred of them.
 */
export function instant(text: string): string {
  if (!IN_UTC.test(text)) return Temporal.Instant.from(text).toString({ smallestUnit: "millisecond" });
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${text.slice(20, -3).slice(0, 3).padEnd(3, "0")}Z`;
}
