import { expect } from "chai";
import fc from "fast-check";
import { COMMON_SCHEMA, newAjv } from "../../schemas/registry.ts";
import { type SplitTitle, splitTitle } from "../../schemas/title.ts";

type Case = readonly [titleV1: string, title: string, jiraId?: string];

const FORMS: readonly Case[] = [
  ["[UBERPOP-42] - Feed the parrots", "Feed the parrots", "UBERPOP-42"],
  ["[UBERPOP-42] Feed the parrots", "Feed the parrots", "UBERPOP-42"],
  ["[UBERPOP-42]Feed the parrots", "Feed the parrots", "UBERPOP-42"],
  ["UBERPOP-42 — Feed the parrots", "Feed the parrots", "UBERPOP-42"],
  ["UBERPOP-42 – Feed the parrots", "Feed the parrots", "UBERPOP-42"],
  ["UBERPOP-42 - Feed the parrots", "Feed the parrots", "UBERPOP-42"],
  ["  [ UBERPOP-42 ]  —  Feed the parrots  ", "Feed the parrots", "UBERPOP-42"],
  ["[uberpop-42] Feed the parrots", "Feed the parrots", "UBERPOP-42"],
  ["[UBERPOP-42] - Feed\nthe parrots", "Feed\nthe parrots", "UBERPOP-42"],
  ["[OPS-7] -5 degrees in the server room", "-5 degrees in the server room", "OPS-7"],
  ["[UBERPOP-42] [UBERPOP-43] Both", "(UBERPOP-43) Both", "UBERPOP-42"],
  ["[UBERPOP-42] - Feed [all] parrots", "Feed (all) parrots", "UBERPOP-42"],
  ["[UBERPOP-42]", "UBERPOP-42", "UBERPOP-42"],
  ["[UBERPOP-42] - ", "UBERPOP-42", "UBERPOP-42"],
];

const PLAIN: readonly Case[] = [
  ["Feed the parrots", "Feed the parrots"],
  ["  Feed the parrots  ", "Feed the parrots"],
  ["Feed the [hungry] parrots", "Feed the (hungry) parrots"],
  ["Feed the parrots [UBERPOP-42]", "Feed the parrots (UBERPOP-42)"],
  ["Feed - the parrots", "Feed - the parrots"],
  ["covid-19 - the plan", "covid-19 - the plan"],
  ["UBERPOP-42", "UBERPOP-42"],
  ["UBERPOP-42 Feed the parrots", "UBERPOP-42 Feed the parrots"],
  ["UBERPOP-42-Feed the parrots", "UBERPOP-42-Feed the parrots"],
  ["UBERPOP - Feed the parrots", "UBERPOP - Feed the parrots"],
  ["[UBERPOP] Feed the parrots", "(UBERPOP) Feed the parrots"],
  ["[УБЕР-42] Кормить", "(УБЕР-42) Кормить"],
  ["[UBERPOP-42 Feed the parrots", "(UBERPOP-42 Feed the parrots"],
  ["]", ")"],
];

const validate = newAjv().compile({
  type: "object",
  required: ["title"],
  additionalProperties: false,
  properties: {
    title: { $ref: "common.json#/$defs/factTitle" },
    jiraId: { $ref: "common.json#/$defs/jiraId" },
  },
});
const isTitleV1 = newAjv().compile({ $ref: "common.json#/$defs/titleV1" });

function expectVersion2(split: SplitTitle, titleV1: string): void {
  expect(validate(split), `${JSON.stringify(titleV1)}: ${JSON.stringify(validate.errors)}`).to.equal(true);
}

const written = ({ title, jiraId }: SplitTitle): Case =>
  jiraId === undefined ? ["", title] : ["", title, jiraId];
const lettersOf = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, "");

/** Titles that are near the forms: ids, dashes, brackets and white space in every order. */
const near = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "[",
        "]",
        " ",
        "-",
        "–",
        "—",
        " - ",
        "UBERPOP-42",
        "ubERpop-7",
        "\t",
        "\n",
        "5",
        "é",
        "😀",
      ),
      fc.string({ unit: "grapheme", maxLength: 6 }),
      fc.stringMatching(/^[A-Z]{1,45}-\d{1,45}$/),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join("").slice(0, 400));

describe("titles of version 1", () => {
  for (const [titleV1, ...rest] of FORMS) {
    it(`EVT-2: ${JSON.stringify(titleV1)} holds an id`, () =>
      expect(written(splitTitle(titleV1)).slice(1)).to.deep.equal(rest));
  }

  for (const [titleV1, ...rest] of PLAIN) {
    it(`EVT-2: ${JSON.stringify(titleV1)} holds none`, () =>
      expect(written(splitTitle(titleV1)).slice(1)).to.deep.equal(rest));
  }

  it("EVT-2: every title of version 1 becomes one of version 2, without a bracket, with a bare id or none", () => {
    fc.assert(
      fc.property(near, (titleV1) => {
        fc.pre(isTitleV1(titleV1) === true);
        const split = splitTitle(titleV1);
        expectVersion2(split, titleV1);
        expect(split.title).to.not.match(/[[\]]/);
        if (split.jiraId !== undefined) expect(split.jiraId).to.match(/^[A-Z]+-\d+$/);
      }),
      { numRuns: 5_000 },
    );
  });

  it("EVT-2: no letter and no digit is lost, wherever they go", () => {
    fc.assert(
      fc.property(near, (titleV1) => {
        fc.pre(lettersOf(titleV1) !== "");
        const { title, jiraId } = splitTitle(titleV1);
        // A title of nothing but an id keeps it as its words: then it stands in both, though it was written once.
        const isWrittenOnce = title === jiraId && lettersOf(titleV1).length === lettersOf(title).length;
        const kept = isWrittenOnce ? title : `${jiraId ?? ""}${title}`;
        expect(lettersOf(kept).toUpperCase()).to.equal(lettersOf(titleV1).toUpperCase());
      }),
      { numRuns: 5_000 },
    );
  });

  it("EVT-2: a plain title stays as it is, its first letter included", () => {
    const words = fc.stringMatching(/^[A-Za-zА-я][A-Za-zА-я ,.!?]{0,200}[A-Za-zА-я]$/);
    fc.assert(
      fc.property(words, (title) => {
        expect(splitTitle(title)).to.deep.equal({ title });
      }),
    );
  });

  it("EVT-2: what was split is not split again", () => {
    fc.assert(
      fc.property(near, (titleV1) => {
        const { title, jiraId } = splitTitle(titleV1);
        fc.pre(jiraId === undefined);
        expect(splitTitle(title).title).to.equal(splitTitle(splitTitle(title).title).title);
        expect(title).to.not.match(/^\s*\[/);
      }),
    );
  });

  it("EVT-2: the longest title, one of white space and an id that is too long become valid ones", () => {
    const long = "x".repeat(400);
    const longId = `[${"A".repeat(39)}-1] Title`;
    for (const titleV1 of [long, " ", "\t\n ", "[]", `[${"A".repeat(38)}-1]`, longId, "😀".repeat(400)]) {
      expectVersion2(splitTitle(titleV1), titleV1);
    }
    expect(splitTitle(long)).to.deep.equal({ title: long });
    expect(splitTitle(" ")).to.deep.equal({ title: "(untitled)" });
    expect(splitTitle(longId)).to.deep.equal({ title: `(${"A".repeat(39)}-1) Title` });
  });

  it("EVT-2: a hostile title costs no time", () => {
    const startMs = performance.now();
    for (const part of [" ", "A", "-", "[ ", "1", "A-1 "]) splitTitle(part.repeat(100_000));
    expect(performance.now() - startMs).to.be.below(500);
  });

  it("EVT-2: the lengths that this rests on are those of the common definitions", () => {
    const { factTitle, titleV1, jiraId } = COMMON_SCHEMA.$defs as Record<string, { maxLength: number }>;
    expect(factTitle?.maxLength).to.equal(titleV1?.maxLength);
    expect(jiraId?.maxLength).to.equal(40);
  });
});
