import type { BusinessDate } from "../api/resources.ts";
import { locale } from "../messages/locale.ts";
import { company } from "../store/company.ts";

const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();
const STYLES = {
  full: { weekday: "short", day: "numeric", month: "long", year: "numeric" },
  row: { weekday: "short", day: "numeric", month: "short", year: "numeric" },
  tick: { day: "numeric", month: "short" },
} as const;

/** Times are shown in the company's zone: there they agree with the business dates beside them. */
export const date = {
  business(day: BusinessDate, style: keyof typeof STYLES = "full"): string {
    return inUtc(day, STYLES[style]);
  },

  /** A period's name: one day, or first – last. */
  period(from: BusinessDate, to: BusinessDate): string {
    if (from === to) return date.business(from, "row");
    return formatFor({ dateStyle: "medium", timeZone: "UTC" }).formatRange(utc(from), utc(to));
  },

  time(at: string): string {
    return inZone(at, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  },

  moment(at: string): string {
    return inZone(at, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  },

  /** To the second, with its year: of the past. */
  instant(at: string): string {
    return inZone(at, { dateStyle: "medium", timeStyle: "medium" });
  },

  /** The day `days` after (or, negative, before) a business date. */
  shift(day: BusinessDate, days: number): BusinessDate {
    return new Date(utc(day).getTime() + days * DAY_MS).toISOString().slice(0, 10);
  },

  utcSeconds(day: BusinessDate): number {
    return utc(day).getTime() / 1000;
  },
};

function utc(day: BusinessDate): Date {
  return new Date(`${day}T00:00:00Z`);
}

function inUtc(day: BusinessDate, options: Intl.DateTimeFormatOptions): string {
  return formatFor({ ...options, timeZone: "UTC" }).format(utc(day));
}

function inZone(at: string, options: Intl.DateTimeFormatOptions): string {
  return formatFor({ ...options, timeZone: company.value.timeZone }).format(new Date(at));
}

/** Made once each: making one takes longer than writing a hundred dates with it. */
function formatFor(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale.value} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(locale.value, options);
    formats.set(key, format);
  }
  return format;
}
