/** Values that a JSON Schema of the document allows, drawn by fast-check: the bounds and the odd ones among them. */
import fc from "fast-check";
import type { Schema } from "./operations.ts";

type Schemas = Readonly<Record<string, Schema>>;

const DAY_MS = 86_400_000;
const FROM_MS = Date.UTC(1990, 0, 1);
const LENGTH_MAX = 400;

export function arbitraryOf(schema: Schema, schemas: Schemas): fc.Arbitrary<unknown> {
  if (typeof schema.$ref === "string")
    return arbitraryOf(schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {}, schemas);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...(schema.enum as unknown[]));
  if ("const" in schema) return fc.constant(schema.const);
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) return fc.oneof(...choices.map((each: Schema) => arbitraryOf(each, schemas)));
  const types = [schema.type ?? "object"].flat() as string[];
  return fc.oneof(...types.map((type) => ofType(type, schema, schemas)));
}

function ofType(type: string, schema: Schema, schemas: Schemas): fc.Arbitrary<unknown> {
  switch (type) {
    case "string":
      return textOf(schema);
    case "integer":
    case "number":
      return integerOf(schema);
    case "boolean":
      return fc.boolean();
    case "array":
      return arrayOf(schema, schemas);
    case "object":
      return objectOf(schema, schemas);
    default:
      return fc.constant(null);
  }
}

function integerOf({ minimum, maximum }: Schema): fc.Arbitrary<number> {
  const min = Number(minimum ?? -1_000_000);
  return fc.integer({ min, max: Math.max(min, Number(maximum ?? 1_000_000)) });
}

function arrayOf({ items, minItems, maxItems }: Schema, schemas: Schemas): fc.Arbitrary<unknown[]> {
  const minLength = Number(minItems ?? 0);
  const maxLength = Math.max(minLength, Math.min(Number(maxItems ?? 5), 5));
  return fc.array(arbitraryOf((items ?? {}) as Schema, schemas), { minLength, maxLength });
}

function objectOf(schema: Schema, schemas: Schemas): fc.Arbitrary<object> {
  const { properties = {}, required = [], minProperties = 0 } = schema;
  const members = Object.entries(properties as Schemas).map(([name, each]) => [
    name,
    arbitraryOf(each, schemas),
  ]);
  const record = fc.record(Object.fromEntries(members) as Record<string, fc.Arbitrary<unknown>>, {
    requiredKeys: required as string[],
    noNullPrototype: true,
  });
  return record.filter((value) => Object.keys(value).length >= Number(minProperties));
}

const FORMATS: Readonly<Record<string, () => fc.Arbitrary<string>>> = {
  uuid: () => fc.uuid(),
  date: () => dates().map((ms) => new Date(ms).toISOString().slice(0, 10)),
  "date-time": () => dates().map((ms) => new Date(ms).toISOString()),
  email: () =>
    fc.tuple(fc.uuid(), fc.constantFrom("ates.test", "popug.example")).map((parts) => parts.join("@")),
  uri: () => fc.webUrl(),
};

function dates(): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: 20_000 }).map((day) => FROM_MS + day * DAY_MS);
}

function textOf(schema: Schema): fc.Arbitrary<string> {
  const { format, pattern } = schema;
  const minLength = Number(schema.minLength ?? 0);
  const maxLength = Math.max(minLength, Math.min(Number(schema.maxLength ?? LENGTH_MAX), LENGTH_MAX));
  const formatted = typeof format === "string" ? FORMATS[format] : undefined;
  if (formatted !== undefined) return formatted();
  if (typeof pattern !== "string") return words(minLength, maxLength);
  return patterned(new RegExp(pattern, "u"), minLength, maxLength);
}

function words(minLength: number, maxLength: number): fc.Arbitrary<string> {
  const unit = fc.constantFrom("grapheme", "grapheme-ascii", "binary") as fc.Arbitrary<"grapheme">;
  return unit
    .chain((each) => fc.string({ unit: each, minLength, maxLength }))
    .filter((text) => text.length <= maxLength);
}

/** fast-check knows no look-ahead: what it cannot draw is sought among words. */
function patterned(pattern: RegExp, minLength: number, maxLength: number): fc.Arbitrary<string> {
  const fits = (text: string) => text.length >= minLength && text.length <= maxLength && pattern.test(text);
  try {
    return fc.stringMatching(pattern).filter(fits);
  } catch {
    return words(Math.max(1, minLength), maxLength).filter(fits);
  }
}
