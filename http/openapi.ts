/**
 * `/api/openapi.json`: OpenAPI 3.1 made from the route table, so from the very schemas that check the requests.
 * Shared definitions of schemas/common.json become components.
 */
import { COMMON_SCHEMA } from "../schemas/registry.ts";
import { scopeOf } from "./auth/scopes.ts";
import { paramNames, paramSchema } from "./check-request.ts";
import { fullPath } from "./dispatch.ts";
import { PROBLEM_SCHEMA } from "./problem.ts";
import { problemAnswers, RATE_HEADERS, STATUS_HEADERS } from "./problem-answers.ts";
import type { JsonSchema, ResponseDescription, Route } from "./route.ts";

const PROBLEM = { "application/problem+json": { schema: { $ref: "#/components/schemas/problem" } } };

/** The document's own route, to be mounted beside the ones it describes. */
export function openapiRoute(routes: readonly Route[], version: string): Route {
  const document: { body?: JsonSchema } = {};
  const own: Route = {
    method: "GET",
    path: "/api/openapi.json",
    root: true,
    tag: "meta",
    summary: "This document",
    access: "anyone",
    responses: { 200: { description: "OpenAPI 3.1.", schema: { type: "object" } } },
    handle: async () => ({ status: 200, body: document.body, headers: { "Cache-Control": "no-cache" } }),
  };
  document.body = openapiOf([...routes, own], version);
  return own;
}

export function openapiOf(routes: readonly Route[], version: string): JsonSchema {
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const route of routes) {
    const path = fullPath(route);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "aTES",
      version,
      description: "The Awesome Task Exchange System. Money is in minor units of the company's currency.",
    },
    servers: [{ url: "/" }],
    tags: [...new Set(routes.map((route) => route.tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
      schemas: {
        ...(publicSchema(COMMON_SCHEMA.$defs) as Record<string, JsonSchema>),
        problem: PROBLEM_SCHEMA,
      },
    },
  };
}

function operationOf(route: Route): JsonSchema {
  return {
    tags: [route.tag],
    summary: route.summary,
    operationId: operationId(route),
    security: route.access === "anyone" ? [] : [{ token: [] }],
    ...describedOf(route),
    ...scopedOf(route),
    parameters: parametersOf(route),
    ...requestBodyOf(route),
    responses: responsesOf(route),
  };
}

function describedOf({ access, description }: Route): JsonSchema {
  const roles = Array.isArray(access) ? [`Roles: ${access.join(", ")}.`] : [];
  const sentences = [...(description === undefined ? [] : [description]), ...roles];
  return {
    ...(sentences.length === 0 ? {} : { description: sentences.join(" ") }),
    ...(Array.isArray(access) ? { "x-roles": access } : {}),
  };
}

/** What a program's token needs; `none`: only a person's log-in will do. */
function scopedOf(route: Route): JsonSchema {
  return route.access === "anyone" ? {} : { "x-scope": scopeOf(route) ?? "none" };
}

function requestBodyOf({ body, upload }: Route): JsonSchema {
  if (upload !== undefined) {
    const description = `${upload.description} At most ${upload.bytesMax} bytes.`;
    return { requestBody: { required: true, description, content: textOf(upload.type) } };
  }
  if (body === undefined) return {};
  const content = { "application/json": { schema: publicSchema(body) } };
  return { requestBody: { required: true, content } };
}

function textOf(type: string): JsonSchema {
  return { [type]: { schema: { type: "string" } } };
}

function operationId(route: Route): string {
  const words = route.path.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  return (
    route.method.toLowerCase() + words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join("")
  );
}

function parametersOf(route: Route): JsonSchema[] {
  const inPath = paramNames(route.path).map((name) => ({
    name,
    in: "path",
    required: true,
    schema: publicSchema(paramSchema(route, name)),
  }));
  const inQuery = Object.entries(route.query ?? {}).map(([name, schema]) => ({
    name,
    in: "query",
    required: route.queryRequired?.includes(name) ?? false,
    schema: publicSchema(schema),
  }));
  return [...inPath, ...inQuery, ...(route.idempotencyKey === undefined ? [] : commandHeaders(route))];
}

function commandHeaders(route: Route): JsonSchema[] {
  return [
    {
      name: "Idempotency-Key",
      in: "header",
      required: route.idempotencyKey === "required",
      schema: { type: "string", pattern: "^[A-Za-z0-9_-]{16,128}$" },
      description: "Repeating with the same key is always safe.",
    },
    {
      name: "Prefer",
      in: "header",
      required: false,
      schema: { type: "string" },
      description: "`wait=N` seconds (up to 30) for the commit, or `respond-async`.",
    },
  ];
}

/** The route's own answers and the refusals that follow from its description; nothing else is ever answered. */
function responsesOf(route: Route): JsonSchema {
  const all = new Map<number, ResponseDescription>();
  for (const answers of [problemAnswers(route), route.responses])
    for (const [status, answer] of Object.entries(answers))
      all.set(Number(status), withEarlier(answer, all.get(Number(status))));
  const sorted = [...all].sort(([a], [b]) => a - b);
  return Object.fromEntries(sorted.map(([status, answer]) => [status, responseOf(route, status, answer)]));
}

/** A refusal may have two reasons: the route's own comes first. */
function withEarlier(
  own: ResponseDescription,
  earlier: ResponseDescription | undefined,
): ResponseDescription {
  return earlier === undefined
    ? own
    : { ...own, description: `${own.description} Or: ${earlier.description}` };
}

function responseOf(route: Route, status: number, answer: ResponseDescription): JsonSchema {
  const headers = {
    ...STATUS_HEADERS[status],
    ...(route.unlimited === true || status >= 400 ? {} : RATE_HEADERS),
  };
  return {
    description: answer.description,
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...contentOf(status, answer),
  };
}

function contentOf(status: number, { schema, type }: ResponseDescription): JsonSchema {
  if (type !== undefined) return { content: Object.assign({}, ...[type].flat().map(textOf)) };
  if (schema !== undefined) return { content: { "application/json": { schema: publicSchema(schema) } } };
  return status >= 400 ? { content: PROBLEM } : {};
}

/** References to the shared file become references to components; the generator's own keyword is left out. */
function publicSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(publicSchema);
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => key !== "tsType")
      .map(([key, value]) => [key, key === "$ref" ? publicReference(String(value)) : publicSchema(value)]),
  );
}

function publicReference(reference: string): string {
  return reference.replace(/^(common\.json)?#\/\$defs\//, "#/components/schemas/");
}
