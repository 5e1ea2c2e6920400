/**
 * Due times of a schedule (JOB-1): five cron fields, read on the company's wall clock.
 *
 * 1. A time that the clocks skip comes at the first moment after them; times that fall together so are one.
 * 2. A time that the clocks show twice comes once, the first time. A pattern whose hour is a star goes on through both.
 * 3. A pattern that no date ever fits is none (30 February).
 */
import { Cron } from "croner";

export const CRON_FIELDS = 5;

/** Every pattern that fits at all fits within the 400 years after it: weekdays and leap years come round. */
const BEGINNING = new Date("2000-01-01T00:00:00Z");

const known = new Map<string, Cron>();
/** Patterns are few; what is asked at the edge while somebody types must not pile up. */
const KNOWN_MAX = 500;

const EXPECTED = "expected five fields: minute, hour, day of the month, month, day of the week";

export function expectedFields(count: number): string {
  return `${EXPECTED}; got ${count}`;
}

/** What is wrong with the pattern, in words; undefined: nothing. A name for one (`@daily`) is none. */
export function cronProblem(cron: string): string | undefined {
  const count = cron.trim().split(/\s+/).length;
  if (count !== CRON_FIELDS) return expectedFields(count);
  try {
    return cronOf(cron, "UTC").nextRun(BEGINNING) === null ? "no date ever fits it" : undefined;
  } catch (error) {
    return `${EXPECTED}; ${(error as Error).message}`;
  }
}

/** The first due time after the moment; undefined at the end of the calendar. */
export function nextDueMs(cron: string, timeZone: string, afterMs: number): number | undefined {
  return cronOf(cron, timeZone).nextRun(new Date(afterMs))?.getTime();
}

/** The last due time up to the moment, itself included. */
export function lastDueMs(cron: string, timeZone: string, untilMs: number): number | undefined {
  return cronOf(cron, timeZone)
    .previousRuns(1, new Date(untilMs + 1))[0]
    ?.getTime();
}

/** The next ones, as RFC 3339 in UTC. */
export function dueTimes(cron: string, timeZone: string, afterMs: number, count: number): string[] {
  return cronOf(cron, timeZone)
    .nextRuns(count, new Date(afterMs))
    .map((due) => due.toISOString());
}

/** Never started: it only computes. */
function cronOf(cron: string, timeZone: string): Cron {
  const key = `${timeZone} ${cron}`;
  const made =
    known.get(key) ??
    new Cron(cron, { timezone: timeZone, mode: "5-part", fixedTimeRule: "no-wildcard", paused: true });
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(key, made);
  return made;
}
