/** Rules and tests name each other: `npm run rules` shows how. */
import { expect } from "chai";
import { citations, citationsOf, readRules, rulesIn } from "./support/cited-rules.ts";
import { titlesOf } from "./support/test-titles.ts";

describe("the rules of the requirements", () => {
  const rules = readRules();
  const cited = citations();

  it("are listed once each", () => {
    const names = rules.map(({ rule }) => rule);
    expect(names).to.deep.equal([...new Set(names)]);
  });

  it("are the only ones that tests cite", () => {
    const known = new Set(rules.map(({ rule }) => rule));
    const unknown = cited.filter(({ rule }) => !known.has(rule));
    expect(unknown.map(({ rule, file, title }) => `${rule} in ${file}: ${title}`)).to.deep.equal([]);
  });

  it("that are covered have a test each", () => {
    const tested = new Set(cited.map(({ rule }) => rule));
    const untested = rules.filter(({ rule, covered }) => covered && !tested.has(rule));
    expect(untested.map(({ rule, summary }) => `${rule}: ${summary}`)).to.deep.equal([]);
  });
});

describe("the titles of a test file", () => {
  const titled = (source: string) => titlesOf(source).map(({ path }) => path.join(" › "));

  it("are those of suites and tests, nested as they stand", () => {
    const source = `
      describe("a", function () { it('b', () => {}); describe("c", () => { it("d", async () => { call(")"); }); }); });
      it("e", () => {});`;
    expect(titled(source)).to.deep.equal(["a", "a › b", "a › c", "a › c › d", "e"]);
  });

  it("are read out of templates and over escapes", () => {
    const inserted = "$" + "{n > 0 ? `$" + '{n}` : "}"}';
    const source = `for (const n of [1]) it(\`n is ${inserted}, "so"\`, () => {}); it("it\\"s \\u0041", () => {});`;
    expect(titled(source)).to.deep.equal(['n is …, "so"', 'it"s A']);
  });

  it("are not those in comments, texts, patterns and other calls", () => {
    const source = `
      // it("a", () => {})
      /* it("b", () => {}) */
      const text = 'it("c", () => {})', half = 4 / 2 / 1, pattern = /it\\("d"[/)]/g;
      unit("e", () => {}); my.it("f", () => {}); \`it("g")\`;
      it("h", () => { expect(/[(]/.test("x")); });`;
    expect(titled(source)).to.deep.equal(["h"]);
  });

  it("are not those that are skipped or empty", () => {
    const source = `describe("a", () => { it.skip("b", () => {}); }); describe.skip("c", () => { it("d", () => {}); });
      describe.only("e", () => { it.only("f", () => {}); });`;
    expect(titled(source)).to.deep.equal(["e", "e › f"]);
  });

  it("tell how many tests a suite has", () => {
    const source =
      'describe("ACC-1", () => { it("a", () => {}); describe("b", () => { it("TT-2: c", () => {}); }); });';
    expect(citationsOf("x.test.ts", source)).to.deep.equal([
      { rule: "ACC-1", file: "x.test.ts", title: "ACC-1", tests: 2 },
      { rule: "TT-2", file: "x.test.ts", title: "ACC-1 › b › TT-2: c", tests: 1 },
    ]);
  });
});

describe("the rules in a title", () => {
  const cases: readonly [string, readonly string[]][] = [
    ["TT-3 ACC-1, ACC-4: three", ["TT-3", "ACC-1", "ACC-4"]],
    ["EVT-1..3 and G3..G6", ["EVT-1", "EVT-2", "EVT-3", "G3", "G4", "G5", "G6"]],
    ["TT-4 to TT-6 (TT-5)", ["TT-4", "TT-5", "TT-6"]],
    ["INV-1: the sum is zero", ["INV-1"]],
    ["UBERPOP-42 - Title, GOAL-1, 2G4, TT-", []],
  ];
  for (const [title, expected] of cases) {
    it(`"${title}" cites ${expected.length}`, () => expect(rulesIn(title)).to.deep.equal(expected));
  }
});
