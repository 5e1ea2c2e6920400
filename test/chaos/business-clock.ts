/**
 * The clock that all processes of a chaos run share: ahead of the machine's, so that cut-offs come when the run wants
 * them. It starts two days before a Sunday on which the zone's clocks change, and the cut-off stands in the hour that
 * spring skips and autumn has twice.
 */
import {
  type BusinessDate,
  businessDateAt,
  type Calendar,
  endOfDateMs,
} from "../../schemas/business-date.ts";
import type { Chance } from "./chance.ts";

export const CALENDAR: Calendar = { timeZone: "Europe/Berlin", cutOff: "02:30" };
const MARCH = 3;
const OCTOBER = 10;
const DAYS_BEFORE = 2;

export class BusinessClock {
  #offsetMs: number;

  private constructor(offsetMs: number) {
    this.#offsetMs = offsetMs;
  }

  static beforeClockChange(chance: Chance): BusinessClock {
    const month = chance.pick([MARCH, OCTOBER]);
    const year = new Date().getUTCFullYear() + 1;
    const last = Temporal.PlainDate.from({ year, month, day: 31 });
    const sunday = last.subtract({ days: last.dayOfWeek % 7 });
    const start = sunday.subtract({ days: DAYS_BEFORE }).toZonedDateTime({
      timeZone: CALENDAR.timeZone,
      plainTime: "20:00",
    });
    return new BusinessClock(start.epochMilliseconds - Date.now());
  }

  get offsetMs(): number {
    return this.#offsetMs;
  }

  nowMs(): number {
    return Date.now() + this.#offsetMs;
  }

  /** The date that time alone makes it: the board may be ahead, when a day was closed by hand. */
  date(): BusinessDate {
    return businessDateAt(this.nowMs(), CALENDAR);
  }

  stepBy(ms: number): void {
    this.#offsetMs += ms;
  }

  /** Forward to shortly before the cut-off of `date`, or over it; never back. */
  stepToEndOf(date: BusinessDate, beforeMs: number): void {
    this.#offsetMs += Math.max(0, endOfDateMs(date, CALENDAR) - beforeMs - this.nowMs());
  }
}
