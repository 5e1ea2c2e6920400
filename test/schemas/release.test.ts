import { expect } from "chai";
import { COMMON_SCHEMA, SCHEMA_FILES } from "../../schemas/registry.ts";
import {
  brokenReleases,
  canonical,
  hashOf,
  presentSchemas,
  readReleased,
  unreleased,
} from "../../schemas/release.ts";

const TASK = "facts/task.created.v1.json";

describe("released schemas", () => {
  const present = presentSchemas();

  it("EVT-1: are as they were released, and every present one is released", () => {
    expect(brokenReleases(readReleased(), present)).to.deep.equal([]);
    expect(unreleased(readReleased(), present)).to.deep.equal([]);
  });

  it("EVT-1: are all there is: one of each type and version, and the envelope", () => {
    expect(Object.keys(present)).to.have.length(SCHEMA_FILES.length + 1);
    expect(present).to.include.keys(TASK, "facts/task.created.v2.json", "envelope.json");
  });

  it("EVT-1: one that has changed is found", () => {
    expect(brokenReleases({ ...present, [TASK]: "of another text" }, present)).to.deep.equal([
      `schemas/${TASK} was released and has changed: make the next version and an upcaster instead.`,
    ]);
  });

  it("EVT-1: one that is gone is found", () => {
    const { [TASK]: _, ...rest } = present;
    expect(brokenReleases(present, rest)).to.deep.equal([
      `schemas/${TASK} was released and is gone: old messages name it for ever.`,
    ]);
  });

  it("EVT-1: a new one breaks nothing and is not released yet", () => {
    const { [TASK]: _, ...released } = present;
    expect(brokenReleases(released, present)).to.deep.equal([]);
    expect(unreleased(released, present)).to.deep.equal([TASK]);
  });

  it("EVT-1: a changed common definition is a change of every schema that refers to it", () => {
    const $ref = "common.json#/$defs/minor";
    const { minor } = COMMON_SCHEMA.$defs as Record<string, object>;
    expect(hashOf({ properties: { feeMinor: { $ref } } })).to.equal(
      hashOf({ properties: { feeMinor: minor } }),
    );
    expect(hashOf({ $ref })).to.not.equal(hashOf({ ...minor, maximum: 1 }));
    expect(hashOf({ $ref })).to.not.equal(hashOf({ $ref, maximum: 1 }));
  });

  it("EVT-1: white space and the order of properties are no change, the order of a list is", () => {
    expect(canonical({ b: [1, { d: null, c: "x" }], a: true })).to.equal(
      '{"a":true,"b":[1,{"c":"x","d":null}]}',
    );
    expect(hashOf({ a: 1, b: 2 })).to.equal(hashOf({ b: 2, a: 1 }));
    expect(hashOf(["a", "b"])).to.not.equal(hashOf(["b", "a"]));
  });
});
