/** Values that a schema allows, made from the schema itself: what is required, plus some of what is not. */
import fc from "fast-check";
import { COMMON_SCHEMA } from "../../schemas/registry.ts";

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
}

const FORMATS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  uuid: fc.uuid(),
  date: fc.date({ min: new Date("2001-01-01"), max: new Date("2099-12-31"), noInvalidDate: true }).map(dayOf),
  "date-time": fc
    .date({ min: new Date("2001-01-01"), max: new Date("2099-12-31"), noInvalidDate: true })
    .map((date) => date.toISOString()),
  email: fc.stringMatching(/^[a-z]{1,10}@[a-z]{1,10}\.[a-z]{2,4}$/),
};

export function sampleOf(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) return sampleOf(definition(schema.$ref));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const either = schema.oneOf ?? schema.anyOf;
  if (either !== undefined && schema.type === undefined) return fc.oneof(...either.map(sampleOf));
  const types = typeof schema.type === "string" ? [schema.type] : (schema.type ?? ["object"]);
  return fc.oneof(...types.map((type) => sampleOfType(schema, type)));
}

function sampleOfType(schema: Schema, type: string): fc.Arbitrary<unknown> {
  switch (type) {
    case "string":
      return textOf(schema);
    case "integer":
    case "number":
      return fc.integer({
        min: schema.minimum ?? -1_000_000,
        max: Math.min(schema.maximum ?? 1e6, 2 ** 31 - 1),
      });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return (schema.uniqueItems === true ? fc.uniqueArray : fc.array)(sampleOf(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 3, (schema.minItems ?? 0) + 3),
      });
    default:
      return objectOf(schema);
  }
}

function objectOf({ properties = {}, required = [] }: Schema): fc.Arbitrary<unknown> {
  const values = Object.entries(properties).map(([name, inner]) => [name, sampleOf(inner)] as const);
  return fc.record(Object.fromEntries(values), { requiredKeys: [...required], noNullPrototype: true });
}

function textOf({ format, pattern, minLength = 0, maxLength = 20 }: Schema): fc.Arbitrary<string> {
  const formatted = format === undefined ? undefined : FORMATS[format];
  if (formatted !== undefined) return formatted;
  const max = Math.min(maxLength, minLength + 40);
  if (pattern === undefined) return fc.string({ unit: "grapheme-ascii", minLength, maxLength: max });
  const shape = new RegExp(pattern, "u");
  const letters = fc.string({ unit: fc.constantFrom(..."abc 12"), minLength, maxLength: max });
  const matching = pattern.includes("(?=") ? letters : fc.stringMatching(shape);
  return matching.filter((text) => shape.test(text) && text.length <= maxLength && text.length >= minLength);
}

function definition(ref: string): Schema {
  const found = (COMMON_SCHEMA.$defs as Record<string, Schema>)[ref.slice(ref.lastIndexOf("/") + 1)];
  if (found === undefined) throw new Error(`${ref}: there is no such common definition`);
  return found;
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
