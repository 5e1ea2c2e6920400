/**
 * Business dates (DAY-1): the company's day in the company's zone, ended by its cut-off.
 * Calendar arithmetic is Temporal's, so days of 23 and 25 hours end when the wall clock says so.
 */
import type { Branded } from "./ids.ts";

/** `YYYY-MM-DD`; text order is time order. */
export type BusinessDate = Branded<string, "BusinessDate">;

/** When a business date ends: `00:00` = at the midnight after it, `18:30` = at 18:30 of the date itself. */
export interface Calendar {
  readonly timeZone: string;
  readonly cutOff: string;
}

/** Postgres knows no year 0; the schemas say the same. */
const DATE = /^[1-9]\d{3}-\d{2}-\d{2}$/;

/** The date, or undefined when `text` is no date of the calendar (`2026-02-30`). */
export function parseBusinessDate(text: string): BusinessDate | undefined {
  if (!DATE.test(text)) return undefined;
  try {
    return Temporal.PlainDate.from(text).toString() as BusinessDate;
  } catch {
    return undefined;
  }
}

export function plusDays(date: BusinessDate, days: number): BusinessDate {
  return Temporal.PlainDate.from(date).add({ days }).toString() as BusinessDate;
}

export function nextDate(date: BusinessDate): BusinessDate {
  return plusDays(date, 1);
}

let lastEnd: { readonly key: string; readonly endMs: number } | undefined;

/** The first instant (epoch milliseconds) that no longer belongs to `date`. The last answer is kept: it is asked per message. */
export function endOfDateMs(date: BusinessDate, calendar: Calendar): number {
  const key = `${date} ${calendar.cutOff} ${calendar.timeZone}`;
  if (lastEnd?.key !== key) lastEnd = { key, endMs: computeEndMs(date, calendar) };
  return lastEnd.endMs;
}

function computeEndMs(date: BusinessDate, calendar: Calendar): number {
  const time = Temporal.PlainTime.from(calendar.cutOff);
  const midnight = Temporal.PlainTime.compare(time, new Temporal.PlainTime()) === 0;
  const day = Temporal.PlainDate.from(midnight ? nextDate(date) : date);
  return day.toZonedDateTime({ timeZone: calendar.timeZone, plainTime: time }).epochMilliseconds;
}

/** The business date that the instant `nowMs` belongs to. */
export function businessDateAt(nowMs: number, calendar: Calendar): BusinessDate {
  const local = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(calendar.timeZone);
  const date = local.toPlainDate().toString() as BusinessDate;
  if (nowMs >= endOfDateMs(date, calendar)) return nextDate(date);
  // A cut-off that the clocks skip may come after midnight (Nuuk skips 23:00 to 24:00): yesterday is not over yet.
  const yesterday = plusDays(date, -1);
  return nowMs < endOfDateMs(yesterday, calendar) ? yesterday : date;
}

/** The first and the last date of a month, `YYYY-MM`. */
export function datesOfMonth(month: string): { readonly from: BusinessDate; readonly to: BusinessDate } {
  const { daysInMonth } = Temporal.PlainYearMonth.from(month);
  return { from: `${month}-01` as BusinessDate, to: `${month}-${daysInMonth}` as BusinessDate };
}
