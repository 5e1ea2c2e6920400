import { expect } from "chai";
import fc from "fast-check";
import {
  type BusinessDate,
  businessDateAt,
  type Calendar,
  endOfDateMs,
  nextDate,
  parseBusinessDate,
  plusDays,
} from "../../schemas/business-date.ts";

const HOUR_MS = 3_600_000;
const date = (text: string): BusinessDate => text as BusinessDate;
const calendar = (timeZone: string, cutOff = "00:00"): Calendar => ({ timeZone, cutOff });
const endOf = (text: string, at: Calendar): string => new Date(endOfDateMs(date(text), at)).toISOString();
const lengthMs = (text: string, at: Calendar): number =>
  endOfDateMs(date(text), at) - endOfDateMs(plusDays(date(text), -1), at);

const BERLIN = calendar("Europe/Berlin");
const NEW_YORK = calendar("America/New_York");

describe("business dates", () => {
  it("DAY-1: end at the midnight after them when the cut-off is 00:00", () => {
    expect(endOf("2026-06-01", BERLIN)).to.equal("2026-06-01T22:00:00.000Z");
    expect(endOf("2026-12-31", BERLIN)).to.equal("2026-12-31T23:00:00.000Z");
    expect(endOf("2026-06-01", NEW_YORK)).to.equal("2026-06-02T04:00:00.000Z");
    expect(endOf("2026-06-01", calendar("UTC"))).to.equal("2026-06-02T00:00:00.000Z");
  });

  it("DAY-1: end at 18:30 of the date itself when that is the cut-off", () => {
    const evening = calendar("Europe/Berlin", "18:30");
    expect(endOf("2026-06-01", evening)).to.equal("2026-06-01T16:30:00.000Z");
    expect(businessDateAt(Date.parse("2026-06-01T16:29:59.999Z"), evening)).to.equal("2026-06-01");
    expect(businessDateAt(Date.parse("2026-06-01T16:30:00.000Z"), evening)).to.equal("2026-06-02");
  });

  const CHANGES: readonly (readonly [string, Calendar, number])[] = [
    ["2026-03-29", BERLIN, 23],
    ["2026-10-25", BERLIN, 25],
    ["2026-03-08", NEW_YORK, 23],
    ["2026-11-01", NEW_YORK, 25],
    ["2026-06-01", BERLIN, 24],
  ];
  for (const [day, at, hours] of CHANGES) {
    it(`DAY-1: ${day} in ${at.timeZone} has ${hours} hours`, () => {
      expect(lengthMs(day, at)).to.equal(hours * HOUR_MS);
      const evening = { ...at, cutOff: "18:30" };
      expect(lengthMs(day, evening)).to.equal(hours * HOUR_MS);
    });
  }

  it("DAY-1: a cut-off that the clocks skip comes as much later as they skip", () => {
    const gap = calendar("Europe/Berlin", "02:30");
    expect(endOf("2026-03-28", gap)).to.equal("2026-03-28T01:30:00.000Z");
    expect(endOf("2026-03-29", gap)).to.equal("2026-03-29T01:30:00.000Z");
    expect(endOf("2026-03-30", gap)).to.equal("2026-03-30T00:30:00.000Z");
  });

  it("DAY-1: a cut-off that the clocks show twice comes once, the first time", () => {
    const twice = calendar("Europe/Berlin", "02:30");
    expect(endOf("2026-10-25", twice)).to.equal("2026-10-25T00:30:00.000Z");
    expect(businessDateAt(Date.parse("2026-10-25T01:15:00Z"), twice)).to.equal("2026-10-26");
  });

  it("DAY-1: a skipped cut-off that comes after midnight still ends the date before", () => {
    const nuuk = calendar("America/Nuuk", "23:30"); // 23:00 becomes 24:00 on 28 March 2026
    const endMs = endOfDateMs(date("2026-03-28"), nuuk);
    expect(new Date(endMs).toISOString()).to.equal("2026-03-29T01:30:00.000Z");
    expect(businessDateAt(endMs - 1, nuuk)).to.equal("2026-03-28");
    expect(businessDateAt(endMs, nuuk)).to.equal("2026-03-29");
  });

  it("DAY-1: leap days are days, and dates of no calendar are none", () => {
    expect(nextDate(date("2028-02-28"))).to.equal("2028-02-29");
    expect(nextDate(date("2028-02-29"))).to.equal("2028-03-01");
    expect(nextDate(date("2026-02-28"))).to.equal("2026-03-01");
    expect(parseBusinessDate("2028-02-29")).to.equal("2028-02-29");
    const wrong = [
      "2026-02-29",
      "2026-02-30",
      "2026-13-01",
      "2026-6-1",
      "0000-01-01",
      "2026-06-01T00:00",
      "",
      "x",
    ];
    for (const text of wrong) expect(parseBusinessDate(text), text).to.equal(undefined);
  });

  const zones = fc.constantFrom(
    ...[
      "Europe/Berlin",
      "America/New_York",
      "America/Nuuk",
      "America/Havana",
      "Africa/Cairo",
      "Asia/Kathmandu",
    ],
    ...["Australia/Lord_Howe", "Pacific/Chatham", "America/St_Johns", "Asia/Gaza", "UTC"],
  );
  const cutOffs = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 1, 30, 59))
    .map(([hour, minute]) => `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`);
  const calendars = fc.record({ timeZone: zones, cutOff: cutOffs });
  const instants = fc.integer({ min: Date.parse("2000-01-01"), max: Date.parse("2040-01-01") });

  it("DAY-1: an instant belongs to a date exactly when it lies between its end and that of the date before", () => {
    fc.assert(
      fc.property(calendars, instants, (at, nowMs) => {
        const today = businessDateAt(nowMs, at);
        expect(nowMs).to.be.below(endOfDateMs(today, at));
        expect(nowMs).to.be.at.least(endOfDateMs(plusDays(today, -1), at));
      }),
      { numRuns: 2_000 },
    );
  });

  it("DAY-1: dates follow each other without a gap, and never go back", () => {
    fc.assert(
      fc.property(calendars, instants, (at, nowMs) => {
        const today = businessDateAt(nowMs, at);
        const endMs = endOfDateMs(today, at);
        expect(businessDateAt(endMs - 1, at)).to.equal(today);
        expect(businessDateAt(endMs, at)).to.equal(nextDate(today));
        expect(businessDateAt(nowMs + HOUR_MS / 2, at) >= today).to.equal(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it("DAY-1: every quarter of an hour around both changes agrees", () => {
    for (const timeZone of ["Europe/Berlin", "America/Nuuk"]) {
      for (const cutOff of ["00:00", "00:30", "02:30", "18:30", "22:30", "23:30"]) {
        expectAgreement({ timeZone, cutOff }, Date.parse("2026-03-27"), 4);
        expectAgreement({ timeZone, cutOff }, Date.parse("2026-10-23"), 4);
      }
    }
  });
});

function expectAgreement(at: Calendar, fromMs: number, days: number): void {
  for (let nowMs = fromMs; nowMs < fromMs + days * 24 * HOUR_MS; nowMs += HOUR_MS / 4) {
    const today = businessDateAt(nowMs, at);
    const within = nowMs < endOfDateMs(today, at) && nowMs >= endOfDateMs(plusDays(today, -1), at);
    expect(within, `${new Date(nowMs).toISOString()} is ${today} by ${at.cutOff} ${at.timeZone}`).to.equal(
      true,
    );
  }
}
