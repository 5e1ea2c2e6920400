/** The calendar periods that a range of business dates touches: days, ISO weeks from Monday, months, or the range itself. */
import { type BusinessDate, plusDays } from "../../schemas/business-date.ts";
import { badRequest } from "../refusal.ts";
import type { DateRange } from "./date-range.ts";

export const PERIOD_LENGTHS = ["day", "week", "month", "range"] as const;
export type PeriodLength = (typeof PERIOD_LENGTHS)[number];

/** More than a year of days: an answer lists every period, so their number is what must have a limit. */
export const PERIODS_MAX = 400;

/** The last date written with four digits; a week that goes on beyond it ends there. */
const LAST_DATE = "9999-12-31" as BusinessDate;

/** Oldest first, whole: a week or month that the range only cuts is listed from its first to its last day. */
export function periods(by: PeriodLength, range: DateRange): readonly DateRange[] {
  if (by === "range") return [range];
  const found: DateRange[] = [];
  let from = startOf(by, range.from);
  for (;;) {
    const next = startOfNext(by, from);
    const to = isWritable(next) ? plusDays(next, -1) : LAST_DATE;
    found.push({ from, to });
    if (to >= range.to) return found;
    if (found.length === PERIODS_MAX) throw tooMany(by);
    from = next;
  }
}

/** Years beyond 9999 are written with a sign, which neither sorts nor is a date of Postgres. */
function isWritable(date: BusinessDate): boolean {
  return !date.startsWith("+");
}

function startOf(by: "day" | "week" | "month", date: BusinessDate): BusinessDate {
  const day = Temporal.PlainDate.from(date);
  const start =
    by === "day" ? day : by === "week" ? day.subtract({ days: day.dayOfWeek - 1 }) : day.with({ day: 1 });
  return start.toString() as BusinessDate;
}

function startOfNext(by: "day" | "week" | "month", start: BusinessDate): BusinessDate {
  return Temporal.PlainDate.from(start)
    .add({ [`${by}s`]: 1 })
    .toString() as BusinessDate;
}

function tooMany(by: PeriodLength): Error {
  return badRequest([
    { pointer: "/query/to", detail: `expected a range of at most ${PERIODS_MAX} periods by ${by}` },
  ]);
}
