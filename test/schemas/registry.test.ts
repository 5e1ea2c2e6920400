import { readFileSync } from "node:fs";
import { expect } from "chai";
import fc from "fast-check";
import { dataschema, type RawEnvelope, versionOf } from "../../schemas/envelope.ts";
import { GENERATED_FILE, generateTypes } from "../../schemas/generate.ts";
import {
  checkData,
  checkEnvelope,
  ENVELOPE_SCHEMA,
  kindOf,
  latestVersion,
  newAjv,
  SCHEMA_FILES,
  type SchemaFile,
} from "../../schemas/registry.ts";
import { upcast } from "../../schemas/upcast.ts";
import { heard } from "../support/said.ts";
import { type Schema, sampleOf } from "./samples.ts";

const nameOf = ({ kind, type, version }: SchemaFile): string => `${kind}/${type}.v${version}`;
const naming = (type: string, schema: string, data: unknown): RawEnvelope =>
  ({ type, dataschema: schema, data }) as RawEnvelope;
const ofFile = ({ type, version }: SchemaFile, data: unknown): RawEnvelope =>
  naming(type, dataschema(type, version), data);

/** Every schema of an object within a schema, with its place. */
function objectsIn(node: unknown, path: string): [string, Record<string, unknown>][] {
  if (typeof node !== "object" || node === null) return [];
  const own: [string, Record<string, unknown>][] =
    (node as Schema).type === "object" ? [[path, node as Record<string, unknown>]] : [];
  return [...own, ...Object.entries(node).flatMap(([key, inner]) => objectsIn(inner, `${path}/${key}`))];
}

describe("the registry of schemas", () => {
  it("EVT-1: every schema is one, compiles in strict mode and says its title, its purpose and its own name", () => {
    const ajv = newAjv({ validateSchema: true });
    for (const file of SCHEMA_FILES) {
      const { title, description, $id } = file.schema;
      expect(ajv.compile(file.schema), nameOf(file)).to.be.a("function");
      expect($id, nameOf(file)).to.equal(`${file.type}.v${file.version}.json`);
      expect(String(title).toLowerCase(), nameOf(file)).to.equal(
        `${file.type.replaceAll(/[.-]/g, "")}v${file.version}`,
      );
      expect(description, nameOf(file)).to.be.a("string").with.length.above(10);
    }
    expect(ajv.compile(ENVELOPE_SCHEMA)).to.be.a("function");
    expect(ENVELOPE_SCHEMA.title).to.equal("Envelope");
  });

  it("EVT-1: no object of a message allows properties that its schema does not name", () => {
    for (const file of SCHEMA_FILES) {
      for (const [path, object] of objectsIn(file.schema, nameOf(file))) {
        expect(object.additionalProperties, path).to.equal(false);
      }
    }
  });

  it("EVT-1: every property that is required is named, and versions have no gaps", () => {
    for (const file of SCHEMA_FILES) {
      for (const [path, object] of objectsIn(file.schema, nameOf(file))) {
        const named = Object.keys((object.properties ?? {}) as object);
        expect(named, path).to.include.members((object.required ?? []) as string[]);
      }
      if (file.version === 1) continue;
      const before = SCHEMA_FILES.find(
        (each) => each.type === file.type && each.version === file.version - 1,
      );
      expect(before, nameOf(file)).to.not.equal(undefined);
    }
  });

  it("EVT-1: what a schema allows is let through, and is refused with one property more or less", () => {
    for (const file of SCHEMA_FILES) {
      fc.assert(
        fc.property(sampleOf(file.schema as Schema), (sample) => {
          const data = sample as Record<string, unknown>;
          expect(checkData(ofFile(file, data)), nameOf(file)).to.equal(undefined);
          expect(checkData(ofFile(file, { ...data, priceMinor: 1 }))?.code).to.equal("invalid_data");
          for (const name of (file.schema as Schema).required ?? []) {
            const { [name]: _, ...less } = data;
            expect(checkData(ofFile(file, less))?.code, `${nameOf(file)} without ${name}`).to.equal(
              "invalid_data",
            );
          }
        }),
        { numRuns: 20 },
      );
    }
  });

  it("EVT-4: says of each refusal what it is: the type, the version or the data", () => {
    const data = { taskId: "0190b1e0-0000-7000-8000-000000000000" };
    const code = (type: string, schema: string, value: unknown = data) =>
      checkData(naming(type, schema, value))?.code;
    expect(code("task.complete", "urn:ates:task.complete:1")).to.equal(undefined);
    expect(code("task.eaten", "urn:ates:task.eaten:1")).to.equal("unknown_type");
    for (const type of ["constructor", "__proto__", "common", "task"]) {
      expect(code(type, `urn:ates:${type}:1`), type).to.equal("unknown_type");
    }
    const schemas = [
      "task.complete:2",
      "task.complete:0",
      "task.complete:01",
      "task.cancel:1",
      "task.complete",
    ];
    for (const schema of [...schemas, "task.complete:99999999999999999999", "task.complete:1:1"]) {
      expect(code("task.complete", `urn:ates:${schema}`), schema).to.equal("unknown_version");
    }
    for (const value of [null, [], "x", 1, {}, { taskId: "x" }, { taskId: data.taskId.toUpperCase() }]) {
      expect(code("task.complete", "urn:ates:task.complete:1", value)).to.equal("invalid_data");
    }
  });

  it("EVT-4: its details say what was expected, so that a dead letter can be understood", () => {
    const envelope = naming("task.created", dataschema("task.created", 9), {});
    expect(checkData(envelope)?.detail).to.equal(
      "urn:ates:task.created:9: this host knows task.created up to version 2",
    );
    expect(checkData(naming("task.complete", dataschema("task.complete", 1), {}))?.detail).to.include(
      "taskId",
    );
    expect(checkEnvelope({})?.detail).to.include("specversion");
  });

  it("EVT-1: takes no instant that Postgres would refuse or read otherwise", () => {
    const at = (time: unknown) =>
      checkEnvelope({
        ...heard("task.complete", { taskId: "0190b1e0-0000-7000-8000-000000000000" as never }),
        time,
      });
    for (const time of ["2026-06-01T10:00:00Z", "2026-06-01T10:00:00.123456Z", "2028-02-29T23:59:59+02:00"]) {
      expect(at(time), time).to.equal(undefined);
    }
    const days = [
      "2026-02-30T10:00:00Z",
      "2026-02-29T10:00:00Z",
      "2026-04-31T10:00:00Z",
      "0000-01-01T00:00:00Z",
    ];
    const times = [
      "2026-06-01T24:00:00Z",
      "2026-06-01T10:00:60Z",
      "2026-06-01T10:00:00",
      "2026-06-01 10:00:00Z",
    ];
    for (const time of [...days, ...times, "2026-06-01", "now", "infinity", "", 0, null]) {
      expect(at(time)?.code, String(time)).to.equal("invalid_envelope");
    }
  });

  it("knows the newest version and the kind of each type, and nothing of others", () => {
    expect(latestVersion("task.created")).to.equal(2);
    expect(kindOf("task.created")).to.equal("facts");
    expect(kindOf("task.create")).to.equal("commands");
    expect([latestVersion("toString"), kindOf("toString")]).to.deep.equal([undefined, undefined]);
    expect(versionOf(naming("task.created", "urn:ates:task.created:12", {}))).to.equal(12);
  });

  it("EVT-3: every older version has a way to the newest", () => {
    for (const file of SCHEMA_FILES) {
      fc.assert(
        fc.property(sampleOf(file.schema as Schema), (data) => {
          const newest = upcast(ofFile(file, data)) as unknown as RawEnvelope;
          expect(versionOf(newest)).to.equal(latestVersion(file.type));
          expect(checkData(newest), nameOf(file)).to.equal(undefined);
        }),
        { numRuns: 20 },
      );
    }
  });

  it("EVT-1: the generated types are those of the schemas", async () => {
    expect(await generateTypes()).to.equal(readFileSync(GENERATED_FILE, "utf8"));
  }).timeout(20_000);
});
