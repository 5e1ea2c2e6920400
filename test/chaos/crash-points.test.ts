import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { ROOT } from "../support/source-files.ts";
import { CRASH_POINTS, filesWithPlaces, withPlaces } from "./crash-points.ts";

const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

describe("crash points", () => {
  for (const file of filesWithPlaces()) {
    it(`are each found once in ${file}, and no line moves`, () => {
      const text = read(file);
      const placed = withPlaces(file, text);
      expect(placed.split("globalThis.chaos").length).to.be.above(1);
      expect(placed.split("\n").length).to.equal(text.split("\n").length);
    });
  }

  it("have a name of their own each", () => {
    const names = CRASH_POINTS.map(({ name }) => name);
    expect(names).to.deep.equal([...new Set(names)]);
  });

  it("that have lost their place are an error, and so are those that have found two", () => {
    const file = "actors/runtime/postgres-store.ts";
    expect(() => withPlaces(file, "nothing of it")).to.throw("found it 0 times");
    expect(() => withPlaces(file, read(file).repeat(2))).to.throw("found it 2 times");
  });

  it("leave no trace in the code that runs without them", () => {
    for (const file of filesWithPlaces()) expect(read(file)).to.not.include("chaos");
  });
});
