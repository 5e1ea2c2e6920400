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

/** `2026-03-01 12:00:00.5+03` → `2026-03-01T09:00:00.500Z`; finer parts than a millisecond are cut off. */
export function instant(text: string): string {
  return Temporal.Instant.from(text).toString({ smallestUnit: "millisecond" });
}
