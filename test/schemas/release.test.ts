import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { COMMON_SCHEMA, latestVersion, SCHEMA_FILES } from "../../schemas/registry.ts";
import {
  brokenReleases,
  canonical,
  hashOf,
  presentSchemas,
  readReleased,
  unreleased,
} from "../../schemas/release.ts";

const SCHEMAS = fileURLToPath(new URL("../../schemas", import.meta.url));
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

  it("EVT-1: the check of a tree with a breaking change, or without a released file, fails and names it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "ates-schemas-"));
    try {
      await cp(SCHEMAS, join(folder, "schemas"), { recursive: true });
      await symlink(
        fileURLToPath(new URL("../../node_modules", import.meta.url)),
        join(folder, "node_modules"),
      );
      const file = join(folder, "schemas", TASK);
      const check = () =>
        spawnSync(process.execPath, [join(folder, "schemas/release.ts"), "--check"], { encoding: "utf8" });
      expect(check()).to.include({ status: 0, stderr: "" });
      const schema = JSON.parse(await readFile(file, "utf8"));
      schema.required = schema.required.filter((name: string) => name !== "title");
      await writeFile(file, JSON.stringify(schema));
      expect(check()).to.include({
        status: 1,
        stderr: `schemas/${TASK} was released and has changed: make the next version and an upcaster instead.\n`,
      });
      await rm(file);
      expect(check().status).to.equal(1);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }).timeout(60_000);

  it("EVT-3: every released version but the latest can be made the latest: none lacks its upcaster", () => {
    const upcasters = readFileSync(
      fileURLToPath(new URL("../../schemas/upcast.ts", import.meta.url)),
      "utf8",
    );
    const old = SCHEMA_FILES.filter(({ type, version }) => version !== latestVersion(type));
    expect(old.length).to.be.above(7);
    const lacking = old.filter(({ type, version }) => !upcasters.includes(`"${type}:${version}"`));
    expect(lacking.map(({ type, version }) => `${type} ${version}`)).to.deep.equal([]);
  });
});
