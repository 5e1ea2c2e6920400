/**
 * `/api/openapi.json`: OpenAPI 3.1 made from the route table, so from the very schemas that check the requests.
 * Shared definitions of schemas/common.json become components.
 */
import { COMMON_SCHEMA } from "../schemas/registry.ts";
import { scopeOf } from "./auth/scopes.ts";
import { paramNames, paramSchema } from "./check-request.ts";
import { fullPath } from "./dispatch.ts";
import { docsRoutes } from "./docs/routes.ts";
import { PROBLEM_SCHEMA } from "./problem.ts";
import { problemAnswers, RATE_HEADERS, STATUS_HEADERS } from "./problem-answers.ts";
import { publicSchema } from "./public-schema.ts";
import type { JsonSchema, ResponseDescription, Route } from "./route.ts";
import { tagsOf } from "./tags.ts";

const PROBLEM = { "application/problem+json": { schema: { $ref: "#/components/schemas/problem" } } };

/** The document and the page made of it, to be mounted beside the routes they describe. */
export function documentRoutes(routes: readonly Route[], version: string): Route[] {
  let document: JsonSchema | undefined;
  const read = () => {
    document ??= openapiOf([...routes, ...own], version);
    return document;
  };
  const own = [openapiRoute(read), ...docsRoutes(read)];
  return own;
}

function openapiRoute(read: () => JsonSchema): Route {
  return {
    method: "GET",
    path: "/api/openapi.json",
    root: true,
    tag: "meta",
    summary: "This document",
    access: "anyone",
    responses: { 200: { description: "OpenAPI 3.1.", schema: { type: "object" } } },
    handle: async () => ({ status: 200, body: read(), headers: { "Cache-Control": "no-cache" } }),
  };
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
      description:
        "The Awesome Task Exchange System. Money is in minor units of the company's currency. While nothing can be " +
        "written, what is read says of when it is in `ATES-As-Of`. Whoever keeps the cookie `ates_written` reads what they wrote on every edge.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    tags: tagsOf(routes),
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
      schemas: { ...definitionsIn(paths), problem: PROBLEM_SCHEMA },
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

/** The shared definitions that the paths refer to, and those refer to in turn. */
function definitionsIn(paths: JsonSchema): Readonly<Record<string, unknown>> {
  const all = publicSchema(COMMON_SCHEMA.$defs) as Readonly<Record<string, unknown>>;
  const used = new Map<string, unknown>();
  const look = (node: unknown) => {
    for (const [, name = ""] of JSON.stringify(node).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (used.has(name) || all[name] === undefined) continue;
      used.set(name, all[name]);
      look(all[name]);
    }
  };
  look(paths);
  return Object.fromEntries(used);
}
