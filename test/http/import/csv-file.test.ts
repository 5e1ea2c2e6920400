import { expect } from "chai";
import { type AskedColumns, mapColumns } from "../../../http/import/columns.ts";
import { ROWS_MAX, readCsv } from "../../../http/import/csv-file.ts";
import { Refusal } from "../../../http/refusal.ts";

const read = (text: string | Buffer) => readCsv(Buffer.from(text));
const cellsOf = async (text: string | Buffer) => (await read(text)).rows.map(({ cells }) => cells);

async function refusal(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (thrown) {
    if (thrown instanceof Refusal) return `${thrown.code}: ${thrown.detail}`;
    throw thrown;
  }
  throw new Error("it was not refused");
}

describe("a CSV file", () => {
  for (const [separator, char] of [
    ["comma", ","],
    ["semicolon", ";"],
    ["tab", "\t"],
  ] as const) {
    it(`TT-12: separated by a ${separator} is read as such, whatever its quoted cells hold`, async () => {
      const header = ["Summary", '"Key,;\tof it"'].join(char);
      const file = await read(`${header}\r\n"a;b,c\td"${char}UBERPOP-1\r\n`);
      expect(file).to.deep.include({ separator, columns: ["Summary", "Key,;\tof it"] });
      expect(file.rows).to.deep.equal([{ row: 2, cells: ["a;b,c\td", "UBERPOP-1"] }]);
    });
  }

  it("TT-12: the mark of UTF-8 in front belongs to no column", async () => {
    expect((await read("\uFEFFtitle\nFeed\n")).columns).to.deep.equal(["title"]);
  });

  it("TT-12: line breaks, doubled quotes and Cyrillic stay inside their cells", async () => {
    expect(await cellsOf('title,description\n"Почини ""это""","line 1\r\nline 2\n\nline 4"\n')).to.deep.equal(
      [['Почини "это"', "line 1\r\nline 2\n\nline 4"]],
    );
  });

  it("TT-12: no letter is cut where a large file is read in slices", async () => {
    const title = `x${"🦜ё".repeat(100_000)}`;
    expect(await cellsOf(`title\n${title}\n`)).to.deep.equal([[title]]);
  });

  it("TT-12: rows are numbered as a spreadsheet does: quoted line breaks count nothing, empty rows do", async () => {
    const { rows } = await read('title,description\n"a\nb",c\n,\n  , \nd,e');
    expect(rows.map(({ row }) => row)).to.deep.equal([2, 5]);
  });

  it("TT-12: a file that is not UTF-8 is refused, with its first line that is not", async () => {
    const cyrillic = Buffer.from([0xcf, 0xee, 0xf7, 0xe8, 0xed, 0xe8]); // Windows-1251
    const file = Buffer.concat([Buffer.from("title\nFeed\n"), cyrillic, Buffer.from("\n")]);
    expect(await refusal(() => read(file))).to.match(/^invalid_csv: Expected UTF-8; line 3 .* "CSV UTF-8"/);
    expect(await refusal(() => read(Buffer.from("\uFEFFtitle", "utf16le")))).to.match(/got UTF-16/);
  });

  it("TT-12: a quote that is never closed, or stands inside a cell, is refused with its line", async () => {
    expect(await refusal(() => read('title\nFeed\n"never closed\nand so on\n'))).to.match(
      /^invalid_csv: Expected every quote to be closed; one that is open at line \d/,
    );
    expect(await refusal(() => read('title\n5" screen\n'))).to.match(/^invalid_csv: Line 2: .*doubled/);
  });

  it("TT-12 EDGE-1: what is wrong with a file has a code and a line, for those who say it in words of their own", async () => {
    const faultOf = async (text: string | Buffer): Promise<unknown> => {
      const thrown = await read(text).catch((error: unknown) => error);
      const [error] = thrown instanceof Refusal ? (thrown.errors ?? []) : [];
      return [error?.pointer, error?.code, error?.line];
    };
    expect(await faultOf("")).to.deep.equal(["", "empty", undefined]);
    expect(await faultOf(Buffer.from("title\nFeed \xcf\n", "latin1"))).to.deep.equal(["", "not_utf8", 2]);
    expect(await faultOf('title\n5" screen\n')).to.deep.equal(["", "quote_inside", 2]);
    expect(await faultOf('title\n"never closed\n')).to.have.property("1", "quote_open");
  });

  it("TT-12: an empty file, and one of more rows than can be imported, are refused", async () => {
    expect(await refusal(() => read(" \n\n"))).to.match(/^invalid_csv: Expected a header and rows/);
    const rows = "x\n".repeat(ROWS_MAX);
    expect((await read(`title\n${rows}`)).rows).to.have.length(ROWS_MAX);
    expect(await refusal(() => read(`title\n${rows}x\n`))).to.match(/at most 50000 rows/);
  });

  it("TT-12: while a large file is read, others get their turn", async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await read(`title\n${"Feed the parrots of the first floor\n".repeat(40_000)}`);
    clearInterval(timer);
    expect(turns).to.be.greaterThan(3);
  });
});

describe("a file's columns", () => {
  const jira = ["Summary", "Issue key", "Issue id", "Comment", "Comment", "Description", "Labels", "Labels"];
  const map = (asked: AskedColumns, columns = jira) => mapColumns(columns, asked);

  it("TT-12: a Jira export's are found, its repeated ones left alone", () => {
    expect(map({})).to.deep.equal({ title: 0, jiraId: 1, description: 5 });
    expect(map({}, ["Описание", "Ключ", "Название"])).to.deep.equal({ title: 2, jiraId: 1, description: 0 });
    expect(map({}, ["jiraId", "title"])).to.deep.equal({ title: 1, jiraId: 0 });
  });

  it("TT-12: are those that are asked for, by name in any case or by position, or none", () => {
    expect(map({ title: "#4", jiraId: "", description: "issue KEY" })).to.deep.equal({
      title: 3,
      description: 1,
    });
  });

  it("TT-12: where several are named alike nothing is guessed, and a request must say which", async () => {
    expect(map({}, ["Title", "title"])).to.deep.equal({});
    expect(await refusal(() => map({ title: "comment" }))).to.equal(
      "invalid_request: /query/title: expected the name of one column, but several are named comment: say which, as one of #4, #5",
    );
  });

  it("TT-12: a column that the file does not have is refused with those it has", async () => {
    expect(await refusal(() => map({ title: "Name", jiraId: "#9" }))).to.equal(
      `invalid_request: /query/title: expected one of the file's columns, got Name; it has ${jira.join(", ")}; /query/jiraId: expected a position up to #8, got #9`,
    );
  });
});
