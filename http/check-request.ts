/**
 * Checks a request by its route's own description, once compiled by ajv: path parameters (404 when their form is
 * wrong: there is no such thing), query and body (400 with pointers), Idempotency-Key and Prefer.
 */
import type { ErrorObject, ValidateFunction } from "ajv/dist/2020.js";
import { newAjv } from "../schemas/registry.ts";
import { badRequest, type InputError, notFound, Refusal } from "./refusal.ts";
import type { JsonSchema, Route } from "./route.ts";
import { UUID } from "./routes/value-schemas.ts";

export const WAIT_DEFAULT_MS = 5_000;
const WAIT_MAX_S = 30;
/** A body can have a hundred thousand faults; the sender has to mend the first ones first. */
const ERRORS_MAX = 20;
const KEY = /^(?:"([A-Za-z0-9_-]{16,128})"|([A-Za-z0-9_-]{16,128}))$/;

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const TEXT_PARAM: JsonSchema = { type: "string", minLength: 1, maxLength: 200 };

/** What was compiled, by what it says: routes have parameters in common, and the edges of a process have all routes. */
class Compiled {
  readonly #ajv: ReturnType<typeof newAjv>;
  readonly #byText = new Map<string, ValidateFunction>();

  constructor(ajv: ReturnType<typeof newAjv>) {
    this.#ajv = ajv;
  }

  of(schema: JsonSchema): ValidateFunction {
    const text = JSON.stringify(schema);
    const known = this.#byText.get(text) ?? this.#ajv.compile(schema);
    this.#byText.set(text, known);
    return known;
  }
}

const bodies = new Compiled(newAjv());
const texts = new Compiled(newAjv({ coerceTypes: true }));

export class RequestCheck {
  readonly #route: Route;
  readonly #params: ValidateFunction;
  readonly #query: ValidateFunction;
  readonly #needsQuery: boolean;
  readonly #body: ValidateFunction | undefined;

  constructor(route: Route) {
    this.#route = route;
    this.#params = texts.of(paramsSchema(route));
    this.#query = texts.of(querySchema(route));
    this.#needsQuery = (route.queryRequired ?? []).length > 0;
    this.#body = route.body === undefined ? undefined : bodies.of(route.body);
  }

  /** Ids in lower case: an actor's key must not depend on how somebody writes it. */
  params(given: Readonly<Record<string, string>>): Record<string, string> {
    const params: Record<string, string> = {};
    for (const [name, value] of Object.entries(given))
      params[name] = ID.test(value) ? value.toLowerCase() : value;
    if (!this.#params(params) || !isStorable(params)) throw notFound();
    return params;
  }

  query(text: string): Record<string, unknown> {
    const query: Record<string, unknown> = {};
    if (text === "" && !this.#needsQuery) return query;
    for (const [name, value] of new URLSearchParams(text))
      query[name] = Object.hasOwn(query, name) ? [query[name], value].flat() : value;
    this.#refuseErrors(this.#query(query) ? unstorable(query, "/query") : pointed(this.#query, "/query"));
    return query;
  }

  body(body: unknown): unknown {
    if (this.#body === undefined) return undefined;
    this.#refuseErrors(this.#body(body) ? unstorable(body, "") : pointed(this.#body, ""));
    return body;
  }

  /** Of a route that takes one. */
  idempotencyKey(header: string): string | undefined {
    if (header === "") {
      if (this.#route.idempotencyKey === "optional") return undefined;
      throw new Refusal(400, "idempotency_key_required", "This request needs an Idempotency-Key.");
    }
    const match = KEY.exec(header);
    const key = match?.[1] ?? match?.[2];
    if (key !== undefined) return key;
    throw badRequest([
      { pointer: "/headers/idempotency-key", detail: "expected 16 to 128 of A-Z a-z 0-9 _ -" },
    ]);
  }

  #refuseErrors(errors: readonly InputError[]): void {
    if (errors.length > 0) throw badRequest(errors.slice(0, ERRORS_MAX));
  }
}

/** `wait` counts before `respond-async` when both are given (RFC 7240); what is not understood is ignored. */
export function waitMsOf(prefer: string): number {
  if (prefer === "") return WAIT_DEFAULT_MS;
  const preferences = prefer
    .toLowerCase()
    .split(",")
    .map((preference) => preference.trim());
  for (const preference of preferences) {
    const seconds = /^wait\s*=\s*"?(\d{1,6})"?$/.exec(preference)?.[1];
    if (seconds !== undefined) return Math.min(Number(seconds), WAIT_MAX_S) * 1000;
  }
  return preferences.includes("respond-async") ? 0 : WAIT_DEFAULT_MS;
}

export function paramNames(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
}

/** What a path parameter is when the route does not say. */
export function paramSchema(route: Route, name: string): JsonSchema {
  return route.params?.[name] ?? (/^id$|Id$/.test(name) ? UUID : TEXT_PARAM);
}

function paramsSchema(route: Route): JsonSchema {
  const names = paramNames(route.path);
  return {
    type: "object",
    required: names,
    properties: Object.fromEntries(names.map((name) => [name, paramSchema(route, name)])),
  };
}

function querySchema(route: Route): JsonSchema {
  return {
    type: "object",
    additionalProperties: false,
    required: route.queryRequired ?? [],
    properties: route.query ?? {},
  };
}

function pointed(validate: ValidateFunction, base: string): InputError[] {
  return (validate.errors ?? []).map((error) => inputErrorOf(error, base));
}

function inputErrorOf(error: ErrorObject, base: string): InputError {
  const params = error.params as { additionalProperty?: string; missingProperty?: string };
  const named = params.additionalProperty ?? params.missingProperty;
  const pointer = base + error.instancePath + (named === undefined ? "" : `/${escapePointer(named)}`);
  if (params.additionalProperty !== undefined) return { pointer, detail: "is not known here" };
  if (params.missingProperty !== undefined) return { pointer, detail: "is required" };
  return { pointer, detail: error.message ?? error.keyword };
}

/**
 * What Postgres can hold: no NUL, no halves of surrogate pairs, and not the infinity that ajv makes of `1e999` and then does
 * not hold against `maximum`. Asked after ajv, so the depth is bounded.
 */
function isStorable(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value === "string") return value.isWellFormed() && !value.includes("\u0000");
  return typeof value !== "object" || value === null || Object.values(value).every(isStorable);
}

/** Where it is not: pointers are made for them alone. */
function unstorable(value: unknown, pointer: string): InputError[] {
  if (isStorable(value)) return [];
  if (typeof value === "number")
    return [{ pointer, detail: "must be a number that is not beyond all bounds" }];
  if (typeof value === "string")
    return [{ pointer, detail: "must be text without NUL and without broken surrogate pairs" }];
  return Object.entries(value as object).flatMap(([key, inner]) =>
    unstorable(inner, `${pointer}/${escapePointer(key)}`),
  );
}

function escapePointer(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
