/** The small parts that need no database. */
import { expect } from "chai";
import fc from "fast-check";
import { instant, safeInteger } from "../../../http/queries/column-types.ts";
import { csv } from "../../../http/queries/csv.ts";
import { decodeCursor, encodeCursor, InvalidCursor } from "../../../http/queries/cursor.ts";
import { cutPage } from "../../../http/queries/page.ts";
import { PERIODS_MAX, periods } from "../../../http/queries/periods.ts";
import { type BusinessDate, nextDate } from "../../../schemas/business-date.ts";

const date = (text: string) => text as BusinessDate;

describe("queries: column types", () => {
  it("int8 is a number exactly, or an error: never rounded", () => {
    expect(safeInteger("-9007199254740991")).to.equal(-9007199254740991);
    expect(safeInteger("0")).to.equal(0);
    for (const text of ["9007199254740992", "-9007199254740993", "1.5", "NaN"]) {
      expect(() => safeInteger(text)).to.throw(RangeError, text);
    }
  });

  it("timestamptz is RFC 3339 in UTC with milliseconds, whatever zone the session has", () => {
    expect(instant("2026-03-01 12:00:00+00")).to.equal("2026-03-01T12:00:00.000Z");
    expect(instant("2026-03-01 12:00:00.5+05:30")).to.equal("2026-03-01T06:30:00.500Z");
    expect(instant("2026-01-01 00:00:00.999999-03")).to.equal("2026-01-01T03:00:00.999Z");
  });

  it("timestamptz of a session in UTC is what Temporal reads, for every instant and any part of a second", () => {
    const instants = fc.date({
      min: new Date("0001-01-01"),
      max: new Date("9999-12-31"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instants, fc.stringMatching(/^(\.\d{1,6})?$/), (at, part) => {
        const text = `${at.toISOString().slice(0, 19).replace("T", " ")}${part}+00`;
        expect(instant(text)).to.equal(Temporal.Instant.from(text).toString({ smallestUnit: "millisecond" }));
      }),
    );
  });
});

describe("queries: cursors", () => {
  it("any key comes back as it went in, and the text is safe in a URL", () => {
    const text = fc.string({ unit: "grapheme" }).filter((s) => !s.includes("\u0000"));
    fc.assert(
      fc.property(text, fc.uuid(), fc.maxSafeInteger(), (name, id, number) => {
        const cursor = encodeCursor("list", [name, id, number]);
        expect(cursor).to.match(/^[A-Za-z0-9_-]+$/);
        expect(decodeCursor("list", cursor, ["text", "uuid", "int8"])).to.deep.equal([name, id, number]);
      }),
    );
  });

  it("what is not a cursor of this list is `invalid_cursor`, whatever it is", () => {
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const bad = [
      "",
      "%%%",
      "bm90IGpzb24",
      encode({}),
      encode(null),
      encode([]),
      encode(["other", 1]),
      encode(["list"]),
    ];
    for (const cursor of [...bad, encode(["list", "1"]), encode(["list", 1, 2]), encode(["list", 1.5])]) {
      expect(() => decodeCursor("list", cursor, ["int4"]), cursor)
        .to.throw(InvalidCursor)
        .that.includes({ status: 400, code: "invalid_cursor" });
    }
  });

  it("a key that Postgres would choke on never reaches it", () => {
    const refuses = (value: string | number, kind: "int4" | "text" | "uuid" | "date") =>
      expect(() => decodeCursor("list", encodeCursor("list", [value]), [kind])).to.throw(InvalidCursor);
    refuses(2_147_483_648, "int4");
    refuses("a\u0000b", "text");
    refuses("urn:uuid:0197a000-0000-7000-8000-000000000001", "uuid");
    for (const text of ["2026-02-30", "0000-01-01", "+002026-01-01", "today"]) refuses(text, "date");
  });
});

describe("queries: pages", () => {
  const cut = (rows: number[], size: number) =>
    cutPage(
      rows,
      size,
      "list",
      (row) => [row],
      (row) => row,
    );

  it("the last page has no next, also when it is full or empty", () => {
    expect(cut([1, 2], 2)).to.deep.equal({ items: [1, 2], next: null });
    expect(cut([], 2)).to.deep.equal({ items: [], next: null });
  });

  it("the row too many is not shown, and next begins after the last that is", () => {
    const page = cut([1, 2, 3], 2);
    expect(page.items).to.deep.equal([1, 2]);
    expect(decodeCursor("list", page.next ?? "", ["int4"])).to.deep.equal([2]);
  });
});

describe("queries: periods", () => {
  const dates = fc
    .integer({ min: 0, max: 36_500 })
    .map((days) => Temporal.PlainDate.from("1990-01-01").add({ days }).toString() as BusinessDate);

  for (const by of ["day", "week", "month"] as const) {
    it(`AN-2: periods by ${by} follow one another without gap and cover the range`, () => {
      fc.assert(
        fc.property(dates, fc.integer({ min: 0, max: PERIODS_MAX - 1 }), (from, days) => {
          const to = Temporal.PlainDate.from(from).add({ days }).toString() as BusinessDate;
          const found = periods(by, { from, to });
          expect(found[0]?.from !== undefined && found[0].from <= from && from <= found[0].to).to.equal(true);
          expect(found.at(-1)?.to !== undefined && (found.at(-1)?.from ?? "") <= to).to.equal(true);
          found.slice(1).forEach((period, i) => {
            expect(period.from).to.equal(nextDate(found[i]?.to ?? date("")));
          });
          if (by === "week")
            for (const { from } of found) expect(Temporal.PlainDate.from(from).dayOfWeek).to.equal(1);
          if (by === "month") for (const { from } of found) expect(from.slice(8)).to.equal("01");
        }),
      );
    });
  }

  it("one day is in one week and one month, whole", () => {
    const day = { from: date("2026-03-01"), to: date("2026-03-01") };
    expect(periods("day", day)).to.deep.equal([day]);
    expect(periods("week", day)).to.deep.equal([{ from: "2026-02-23", to: "2026-03-01" }]);
    expect(periods("month", day)).to.deep.equal([{ from: "2026-03-01", to: "2026-03-31" }]);
  });

  it("the last year that a date can have ends", () => {
    expect(periods("month", { from: date("9999-11-30"), to: date("9999-12-31") })).to.have.length(2);
    expect(periods("day", { from: date("9999-12-31"), to: date("9999-12-31") })).to.deep.equal([
      { from: "9999-12-31", to: "9999-12-31" },
    ]);
    expect(periods("week", { from: date("9999-12-20"), to: date("9999-12-31") }).at(-1)?.to).to.equal(
      "9999-12-31",
    );
  });
});

describe("queries: CSV", () => {
  it("quotes what needs it and ends every line with CRLF", () => {
    expect(
      csv([
        ["a", "b"],
        ["x,y", 'say "hi"'],
        ["two\nlines", null],
      ]),
    ).to.equal('a,b\r\n"x,y","say ""hi"""\r\n"two\nlines",\r\n');
  });

  for (const text of ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1", "＝1"]) {
    it(`${JSON.stringify(text)} is no formula any more`, () => {
      expect(csv([[text]]).replace(/^"/, "")).to.match(/^'/);
    });
  }

  it("a negative number stays a number", () => {
    expect(csv([["a"], [-5], [0]])).to.equal("a\r\n-5\r\n0\r\n");
  });
});
