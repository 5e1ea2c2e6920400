/** Due times by the wall clock of a zone, over both changes of its clocks (JOB-1). */
import { expect } from "chai";
import fc from "fast-check";
import { cronProblem, dueTimes, lastDueMs, nextDueMs } from "../../schemas/cron.ts";

const BERLIN = "Europe/Berlin";
/** Zones that change by an hour, by half an hour, at midnight, and never. */
const ZONES = [
  BERLIN,
  "America/New_York",
  "Australia/Lord_Howe",
  "America/Santiago",
  "Africa/Cairo",
  "Asia/Tokyo",
];
const zones = fc.constantFrom(...ZONES);
const moments = fc.integer({ min: Date.parse("2025-01-01T00:00Z"), max: Date.parse("2028-12-31T00:00Z") });
const minutes = fc.integer({ min: 0, max: 59 });
const hours = fc.integer({ min: 0, max: 23 });

const local = (ms: number, zone: string) =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);

function dueUntil(cron: string, zone: string, fromMs: number, untilMs: number): number[] {
  const times: number[] = [];
  for (
    let at = nextDueMs(cron, zone, fromMs);
    at !== undefined && at <= untilMs;
    at = nextDueMs(cron, zone, at)
  )
    times.push(at);
  return times;
}

describe("due times", () => {
  it("JOB-1: a missing hour: what falls into it comes at the first moment after it, once", () => {
    const times = (cron: string) => dueTimes(cron, BERLIN, Date.parse("2026-03-28T12:00:00Z"), 3);
    expect(times("30 2 * * *")).to.deep.equal([
      "2026-03-29T01:00:00.000Z",
      "2026-03-30T00:30:00.000Z",
      "2026-03-31T00:30:00.000Z",
    ]);
    expect(times("0,30 2 * * *").slice(0, 2)).to.deep.equal([
      "2026-03-29T01:00:00.000Z",
      "2026-03-30T00:00:00.000Z",
    ]);
  });

  it("JOB-1: a doubled hour: a time in it comes once, the first time; a star of the hour goes on through both", () => {
    const from = Date.parse("2026-10-24T22:30:00Z");
    expect(dueTimes("30 2 * * *", BERLIN, from, 2)).to.deep.equal([
      "2026-10-25T00:30:00.000Z",
      "2026-10-26T01:30:00.000Z",
    ]);
    expect(dueTimes("0 * * * *", BERLIN, from, 4)).to.deep.equal(
      [23, 24, 25, 26].map((hour) => new Date(Date.UTC(2026, 9, 24, hour)).toISOString()),
    );
  });

  it("JOB-1 DAY-1: every date of any zone has its daily time once, at it or at the first moment after the gap it fell into", () => {
    fc.assert(
      fc.property(zones, moments, hours, minutes, (zone, fromMs, hour, minute) => {
        const first = local(fromMs, zone).toPlainDate().add({ days: 1 });
        const startMs = first.toZonedDateTime(zone).epochMilliseconds - 1;
        const endMs = first.add({ days: 400 }).toZonedDateTime(zone).epochMilliseconds - 1;
        const times = dueUntil(`${minute} ${hour} * * *`, zone, startMs, endMs);
        const wanted = Array.from({ length: 400 }, (_, day) => {
          const plain = first.add({ days: day }).toPlainDateTime({ hour, minute });
          const isThere = plain.toZonedDateTime(zone).toPlainDateTime().equals(plain);
          if (isThere) return plain.toZonedDateTime(zone, { disambiguation: "earlier" }).epochMilliseconds;
          const before = plain.toZonedDateTime(zone, { disambiguation: "earlier" });
          return before.getTimeZoneTransition("next")?.epochMilliseconds ?? 0;
        });
        expect(times).to.deep.equal(wanted);
      }),
      { numRuns: 8 },
    );
  });

  it("JOB-1: a star of the hour is due every hour of elapsed time, however the clocks change", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(BERLIN, "America/New_York", "Asia/Tokyo"),
        moments,
        minutes,
        (zone, fromMs, minute) => {
          const times = dueUntil(`${minute} * * * *`, zone, fromMs, fromMs + 9 * 24 * 3_600_000);
          times.forEach((at, i) => {
            if (i > 0) expect(at - (times[i - 1] ?? 0)).to.equal(3_600_000);
          });
          expect(times.length).to.be.within(215, 217);
        },
      ),
      { numRuns: 8 },
    );
  });

  it("JOB-1: the last due time up to a moment is the one before the next, and both look the same from anywhere between", () => {
    const patterns = fc.constantFrom(
      "30 2 * * *",
      "0 6 1 * *",
      "*/20 * * * *",
      "15 3 * * SUN",
      "0 0 L * *",
      "5 1,2,3 * * *",
    );
    fc.assert(
      fc.property(zones, moments, patterns, (zone, fromMs, cron) => {
        const next = nextDueMs(cron, zone, fromMs) as number;
        const after = nextDueMs(cron, zone, next) as number;
        expect(next).to.be.above(fromMs);
        expect(after).to.be.above(next);
        expect(lastDueMs(cron, zone, next)).to.equal(next);
        expect(lastDueMs(cron, zone, after - 1)).to.equal(next);
        expect(nextDueMs(cron, zone, after - 1)).to.equal(after);
      }),
      { numRuns: 50 },
    );
  });

  it("JOB-1: what is no pattern of five fields, or fits no date, is told in words", () => {
    expect(cronProblem("0 6 1 * *")).to.equal(undefined);
    expect(cronProblem("0 0 30 2 *")).to.equal("no date ever fits it");
    for (const wrong of [
      "61 * * * *",
      "0 25 * * *",
      "* * * * * *",
      "every day",
      "",
      "0 0 1 1 8",
      "*/0 * * * *",
      "@reboot",
      "@midnight",
    ])
      expect(cronProblem(wrong), wrong).to.match(/^expected five fields: minute, hour/);
  });
});
