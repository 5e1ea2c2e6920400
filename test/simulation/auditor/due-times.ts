/**
 * When a pattern of the office (office.ts) is due (JOB-1, DAY-1), by the calendar and not by the code under test: a fixed
 * hour once on each date that fits, at the first moment after a time that the clocks skip, the first of two that they
 * show; a star for the hour at every hour that passes.
 */

interface Pattern {
  readonly minute: number;
  /** Undefined: a star. */
  readonly hour: number | undefined;
  readonly fits: (date: Temporal.PlainDate) => boolean;
}

const HOUR_MS = 3_600_000;

/** The first due time after the moment. */
export function dueAfter(cron: string, timeZone: string, afterMs: number): number {
  const pattern = read(cron);
  if (pattern.hour === undefined) return everyHour(pattern.minute, afterMs);
  const from = Temporal.Instant.fromEpochMilliseconds(afterMs).toZonedDateTimeISO(timeZone).toPlainDate();
  for (let date = from; ; date = date.add({ days: 1 })) {
    if (!pattern.fits(date)) continue;
    const dueMs = momentOf(date, pattern.hour, pattern.minute, timeZone);
    if (dueMs > afterMs) return dueMs;
  }
}

/** All of them after the one moment and up to the other. */
export function dueWithin(cron: string, timeZone: string, afterMs: number, untilMs: number): number[] {
  const all: number[] = [];
  for (
    let dueMs = dueAfter(cron, timeZone, afterMs);
    dueMs <= untilMs;
    dueMs = dueAfter(cron, timeZone, dueMs)
  )
    all.push(dueMs);
  return all;
}

function read(cron: string): Pattern {
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = cron.split(" ");
  if (month !== "*" || !["*", "1-5"].includes(weekday)) throw new Error(`no calendar for ${cron}`);
  const onDay = day === "*" ? undefined : Number(day);
  return {
    minute: Number(minute),
    hour: hour === "*" ? undefined : Number(hour),
    fits: (date) => (onDay ?? date.day) === date.day && (weekday === "*" || date.dayOfWeek <= 5),
  };
}

/** Of the runs' time zones none is off by half an hour. */
function everyHour(minute: number, afterMs: number): number {
  const inHourMs = minute * 60_000;
  return Math.floor((afterMs - inHourMs) / HOUR_MS + 1) * HOUR_MS + inHourMs;
}

function momentOf(date: Temporal.PlainDate, hour: number, minute: number, timeZone: string): number {
  const wanted = date.toPlainDateTime({ hour, minute });
  const due = wanted.toZonedDateTime(timeZone, { disambiguation: "earlier" });
  if (due.toPlainDateTime().equals(wanted)) return due.epochMilliseconds;
  return due.getTimeZoneTransition("next")?.epochMilliseconds ?? due.epochMilliseconds;
}
