/**
 * JSON Schemas of single values that routes take and give. They accept only what Postgres accepts too: ajv's `uuid`
 * lets `urn:uuid:` through, its `date` the year 0, and neither minds NUL in a text.
 */
import type { JsonSchema } from "../route.ts";

export const UUID: JsonSchema = {
  type: "string",
  format: "uuid",
  pattern: "^[0-9a-fA-F]{8}-",
  description: "UUID",
};

export const BUSINESS_DATE: JsonSchema = {
  type: "string",
  format: "date",
  pattern: "^[1-9]",
  description: "A business date, `YYYY-MM-DD`, in the company's zone (DAY-1).",
};

export const INSTANT: JsonSchema = { type: "string", format: "date-time", description: "RFC 3339, UTC." };

export const ASKED_INSTANT: JsonSchema = {
  type: "string",
  format: "date-time",
  pattern: "^[1-9]",
  description: "RFC 3339 with an offset.",
};

export const MINOR: JsonSchema = {
  type: "integer",
  description: "Minor units of the company's currency (ACC-2).",
};

export const COUNT: JsonSchema = { type: "integer", minimum: 0 };

export const TEXT: JsonSchema = { type: "string" };

/** `pattern` forbids NUL, which Postgres refuses. */
export const SEARCH: JsonSchema = { type: "string", maxLength: 200, pattern: "^[^\\u0000]*$" };

export function orNull(schema: JsonSchema): JsonSchema {
  const choice = Array.isArray(schema.enum) ? { enum: [...schema.enum, null] } : {};
  return { ...schema, ...choice, type: [schema.type, "null"] };
}

/** A choice of names. */
export function oneOf(values: readonly string[], description?: string): JsonSchema {
  return { type: "string", enum: [...values], ...(description === undefined ? {} : { description }) };
}

/** An object with exactly these members, all of them present but for the optional ones. */
export function object(
  properties: Readonly<Record<string, JsonSchema>>,
  optional: readonly string[] = [],
): JsonSchema {
  return {
    type: "object",
    additionalProperties: false,
    required: Object.keys(properties).filter((name) => !optional.includes(name)),
    properties,
  };
}

export function arrayOf(items: JsonSchema): JsonSchema {
  return { type: "array", items };
}
