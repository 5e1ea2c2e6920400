/** A JSON Schema as a reader sees it: its members as a tree, and an example of what it allows. */
import type { JsonSchema } from "../route.ts";
import { type Html, html, prose } from "./html.ts";

export type Schemas = Readonly<Record<string, JsonSchema>>;

const DEPTH_MAX = 8;
const LIMITS: Readonly<Record<string, string>> = {
  minLength: "at least this long",
  maxLength: "at most this long",
  minimum: "from",
  maximum: "to",
  minItems: "at least so many",
  maxItems: "at most so many",
  minProperties: "at least so many members",
};

export function resolved(schema: JsonSchema, schemas: Schemas): JsonSchema {
  const name = typeof schema.$ref === "string" ? schema.$ref.split("/").at(-1) : undefined;
  return name === undefined ? schema : { ...schemas[name], ...schema, $ref: undefined };
}

export function schemaTree(given: JsonSchema, schemas: Schemas, depth = 0): Html {
  const schema = resolved(given, schemas);
  const facts = html`<span class="type">${typeOf(schema)}</span>${limitsOf(schema)} ${prose(schema.description)}`;
  if (depth > DEPTH_MAX) return facts;
  const choices = (schema.anyOf ?? schema.oneOf) as readonly JsonSchema[] | undefined;
  if (choices !== undefined)
    return html`${facts}<ul>${choices.map((each) => html`<li>${schemaTree(each, schemas, depth + 1)}</li>`)}</ul>`;
  if (schema.items !== undefined)
    return html`${facts}<ul><li><i>each</i> ${schemaTree(schema.items as JsonSchema, schemas, depth + 1)}</li></ul>`;
  return html`${facts}${membersOf(schema, schemas, depth)}`;
}

function membersOf(
  { properties, required = [] }: JsonSchema,
  schemas: Schemas,
  depth: number,
): Html | undefined {
  if (properties === undefined) return undefined;
  const needed = required as readonly string[];
  const members = Object.entries(properties as Schemas).map(([name, each]) => {
    const mark = needed.includes(name) ? undefined : html` <span class="optional">optional</span>`;
    return html`<li><code>${name}</code>${mark} ${schemaTree(each, schemas, depth + 1)}</li>`;
  });
  return html`<ul>${members}</ul>`;
}

function typeOf(schema: JsonSchema): string {
  if (schema.anyOf !== undefined || schema.oneOf !== undefined) return "one of";
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if ("const" in schema) return JSON.stringify(schema.const);
  const type = [schema.type ?? "any"].flat().join(" | ");
  return typeof schema.format === "string" ? `${type} (${schema.format})` : type;
}

function limitsOf(schema: JsonSchema): Html[] {
  const limits = Object.entries(LIMITS)
    .filter(([name]) => schema[name] !== undefined)
    .map(([name, words]) => html` <span class="limit">${words} ${String(schema[name])}</span>`);
  const pattern = html` <span class="limit">matches <code>${String(schema.pattern)}</code></span>`;
  return typeof schema.pattern === "string" ? [...limits, pattern] : limits;
}

const EXAMPLES: Readonly<Record<string, string>> = {
  uuid: "01890b6a-5f2c-7c31-9d5e-2f6a1c3b4d5e",
  date: "2026-11-21",
  "date-time": "2026-11-21T18:30:00Z",
  email: "popug01@ates.local",
};
const NAMED: Readonly<Record<string, unknown>> = {
  title: "Feed the parrots",
  jiraId: "UBERPOP-42",
  name: "Polly",
  month: "2026-11",
  password: "a long password",
  reason: "Counted twice",
};

/** The smallest thing that the schema allows and a reader understands. */
export function exampleOf(given: JsonSchema, schemas: Schemas, name = ""): unknown {
  const schema = resolved(given, schemas);
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if ("const" in schema) return schema.const;
  if (NAMED[name] !== undefined) return NAMED[name];
  const [choice] = (schema.anyOf ?? schema.oneOf ?? []) as readonly JsonSchema[];
  if (choice !== undefined) return exampleOf(choice, schemas, name);
  switch ([schema.type].flat()[0]) {
    case "string":
      return EXAMPLES[String(schema.format)] ?? "text";
    case "integer":
    case "number":
      return schema.minimum ?? 100;
    case "boolean":
      return true;
    case "array":
      return [exampleOf((schema.items ?? {}) as JsonSchema, schemas)];
    default:
      return exampleObject(schema, schemas);
  }
}

function exampleObject({ properties = {}, required = [] }: JsonSchema, schemas: Schemas): object {
  const members = Object.entries(properties as Schemas);
  const needed = members.filter(([name]) => (required as readonly string[]).includes(name));
  const shown = needed.length > 0 ? needed : members.slice(0, 1);
  return Object.fromEntries(shown.map(([name, each]) => [name, exampleOf(each, schemas, name)]));
}
