import { expect } from "chai";
import { instantOf } from "../../web/format/instant-of.ts";

const AT: readonly (readonly [string, string, string, string])[] = [
  ["a winter's day", "2026-01-15T12:30", "Europe/Berlin", "2026-01-15T11:30:00.000Z"],
  ["a summer's day, west of Greenwich", "2026-07-15T23:30", "America/New_York", "2026-07-16T03:30:00.000Z"],
  ["half an hour's zone", "2026-07-15T12:00", "Asia/Kolkata", "2026-07-15T06:30:00.000Z"],
  [
    "the hour that is shown twice: its first",
    "2026-10-25T02:30",
    "Europe/Berlin",
    "2026-10-25T00:30:00.000Z",
  ],
  [
    "the hour that is skipped: the moment after",
    "2026-03-29T02:30",
    "Europe/Berlin",
    "2026-03-29T01:30:00.000Z",
  ],
  ["no zone at all", "2026-03-29T02:30", "UTC", "2026-03-29T02:30:00.000Z"],
];

describe("a wall time of the company's zone", () => {
  for (const [what, wall, zone, instant] of AT)
    it(`ACC-8: ${what} is the instant that it names`, () => {
      expect(instantOf(wall, zone)).to.equal(instant);
    });

  it("ACC-8: what is no time names none", () => {
    expect(instantOf("", "UTC")).to.equal(undefined);
    expect(instantOf("yesterday", "UTC")).to.equal(undefined);
  });
});
