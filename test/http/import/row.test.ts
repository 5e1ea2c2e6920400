import { expect } from "chai";
import fc from "fast-check";
import { type ReadRow, readRow } from "../../../http/import/row.ts";
import { csv } from "../../../http/queries/csv.ts";
import { dataschema, type RawEnvelope } from "../../../schemas/envelope.ts";
import { checkData } from "../../../schemas/registry.ts";

const COLUMNS = ["Summary", "Key", "Text"];
const MAPPING = { title: 0, jiraId: 1, description: 2 };
const read = (...cells: string[]): ReadRow =>
  readRow({ separator: "comma", columns: COLUMNS, rows: [] }, MAPPING, { row: 7, cells });
const errorsOf = (...cells: string[]): string[] => {
  const row = read(...cells);
  return "errors" in row ? row.errors.map(({ column, code }) => `${column}: ${code}`) : [];
};
const taskOf = (...cells: string[]) => {
  const row = read(...cells);
  if ("errors" in row) throw new Error(JSON.stringify(row.errors));
  return row.task;
};

describe("a row of a file", () => {
  it("TT-12: is a task with its words trimmed and its Jira id in upper case", () => {
    expect(taskOf(" Feed the parrots ", " uberpop-42 ", "")).to.deep.include({
      title: "Feed the parrots",
      jiraId: "UBERPOP-42",
    });
    expect(taskOf("Feed", "", " twice\na day ")).to.deep.include({
      title: "Feed",
      description: "twice\na day",
    });
  });

  it("TT-12: tells everything that is wrong with it: row, column, and what was expected", () => {
    expect(read("Feed [them]", "42", "x")).to.deep.equal({
      row: 7,
      errors: [
        {
          row: 7,
          column: "Summary",
          code: "title_brackets",
          detail: "expected a title without square brackets; a Jira id has a column of its own",
        },
        {
          row: 7,
          column: "Key",
          code: "jira_id_invalid",
          detail: "expected LETTERS-DIGITS as in UBERPOP-42, got 42",
        },
      ],
    });
    expect(errorsOf("  ", "", "")).to.deep.equal(["Summary: title_missing"]);
    expect(errorsOf("x".repeat(301), "", "y".repeat(20_001))).to.deep.equal([
      "Summary: title_too_long",
      "Text: description_too_long",
    ]);
    expect(errorsOf("🦜".repeat(300), "", "")).to.deep.equal([]);
    expect(errorsOf("a\u0000b", "", "")).to.deep.equal(["Summary: text_invalid"]);
    expect(errorsOf("Feed", "")).to.deep.equal(["null: cells_missing"]);
    expect(errorsOf("Feed", "", "", "")).to.deep.equal(["null: cells_extra"]);
  });

  it("TT-12: is known by its Jira id, without one by its words", () => {
    const first = taskOf("Feed", "POP-1", "x");
    expect(taskOf("Feed them all", "pop-1", "").taskId).to.equal(first.taskId);
    expect(taskOf("Feed", "POP-2", "x").taskId).to.not.equal(first.taskId);
    const words = taskOf("Feed", "", "x");
    expect(words.taskId).to.not.equal(first.taskId);
    expect(taskOf(" Feed ", "", "x").taskId).to.equal(words.taskId);
    expect(taskOf("Feed", "", "y").taskId).to.not.equal(words.taskId);
  });

  it("TT-12: what our own export made of its words is taken back", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("=1+1", "-5 degrees", "'=1", "''+x", "@you", "it's", "'quoted'", "＝1"),
        (title) => {
          const cell = csv([[title]]).replace(/\r\n$/, "");
          expect(taskOf(cell, "", "").title).to.equal(title);
        },
      ),
    );
  });

  it("TT-2 TT-12: what is let through is what a task may be created with", () => {
    const cell = fc.oneof(
      fc.string(),
      fc.string({ unit: "grapheme" }),
      fc.constantFrom("POP-1", "[x]", "", "\u0000"),
    );
    fc.assert(
      fc.property(cell, cell, cell, (...cells) => {
        const row = read(...cells);
        if ("errors" in row) return;
        const { taskId: _, ...data } = row.task;
        const envelope = { type: "task.create", dataschema: dataschema("task.create", 1), data };
        expect(checkData(envelope as unknown as RawEnvelope)).to.equal(undefined);
      }),
    );
  });
});
