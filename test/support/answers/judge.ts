/** Whether an answer is one that the edge's OpenAPI document describes: its status, media type, headers and body. */
import type { ValidateFunction } from "ajv/dist/2020.js";
import { openapiOf } from "../../../http/openapi.ts";
import { PROBLEM_SCHEMA } from "../../../http/problem.ts";
import type { Route } from "../../../http/route.ts";
import { newAjv } from "../../../schemas/registry.ts";

export interface Answer {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly routes: readonly Route[];
}

export interface Judgement {
  /** Absent: nothing is described at this method and path. */
  readonly operation?: string;
  readonly fault?: string;
}

interface Response {
  readonly headers?: Readonly<Record<string, { readonly required?: boolean }>>;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

interface Operation {
  readonly responses: Readonly<Record<string, Response>>;
}

interface Described {
  readonly paths: readonly { path: string; pattern: RegExp; methods: Readonly<Record<string, Operation>> }[];
  readonly components: object;
}

/** On every answer of the edge, whatever it is. */
const ALWAYS: Readonly<Record<string, RegExp>> = {
  "content-security-policy": /^default-src 'self'; .*frame-ancestors 'none'/,
  "x-content-type-options": /^nosniff$/,
  "x-frame-options": /^DENY$/,
  "referrer-policy": /^no-referrer$/,
  "cross-origin-opener-policy": /^same-origin$/,
  "cross-origin-resource-policy": /^same-origin$/,
  "permissions-policy": /camera=\(\)/,
};
const PROBLEM_TYPE = "application/problem+json";
/** Statuses of what is described nowhere: unknown, another method, no room, no HTTP. */
const BESIDE = new Set([404, 405, 400, 503]);

const ajv = newAjv();
ajv.addVocabulary(["components"]);
const isProblem = ajv.compile(PROBLEM_SCHEMA);
const described = new WeakMap<readonly Route[], Described | undefined>();
const validators = new WeakMap<object, ValidateFunction>();

export function judgementOf(answer: Answer): Judgement {
  const document = documentOf(answer.routes);
  if (document === undefined) return {};
  const path = answer.url.split("?")[0] ?? "";
  const at = document.paths.find(({ pattern }) => pattern.test(path));
  const method = answer.method === "HEAD" ? "get" : answer.method.toLowerCase();
  const operation = at?.methods[method];
  const name = `${answer.method} ${at?.path ?? path}`;
  const described = operation === undefined ? faultBeside(answer) : faultOf(answer, operation, document);
  const fault = faultOfSafety(answer) ?? described;
  return {
    ...(operation === undefined ? {} : { operation: name }),
    ...(fault === undefined ? {} : { fault: `${name} answered ${answer.status}: ${fault}` }),
  };
}

/** Only whole edges have a document: the routes of a test of the server alone are nobody's contract. */
function documentOf(routes: readonly Route[]): Described | undefined {
  if (!described.has(routes)) described.set(routes, describedBy(routes));
  return described.get(routes);
}

function describedBy(routes: readonly Route[]): Described | undefined {
  if (!routes.some(({ path }) => path === "/api/openapi.json")) return undefined;
  const { paths, components } = openapiOf(routes, "1") as {
    paths: Record<string, Record<string, Operation>>;
    components: object;
  };
  const all = Object.entries(paths).map(([path, methods]) => ({ path, methods, pattern: patternOf(path) }));
  // A path that names all of its parts is meant before one with parameters (OpenAPI 3.1, Paths Object).
  return { components, paths: all.sort((a, b) => parametersIn(a.path) - parametersIn(b.path)) };
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]*")}$`);
}

function parametersIn(path: string): number {
  return path.split("{").length;
}

function faultOfSafety({ headers }: Answer): string | undefined {
  const wrong = Object.keys(ALWAYS).filter((name) => ALWAYS[name]?.test(headers[name] ?? "") !== true);
  return wrong.length === 0 ? undefined : `expected the headers ${wrong.join(", ")} as every answer has them`;
}

function faultBeside(answer: Answer): string | undefined {
  const { status, headers, method, body } = answer;
  if (headers["content-type"] === PROBLEM_TYPE) {
    if (!BESIDE.has(status)) return "no such problem is expected where nothing is described";
    return method === "HEAD" ? undefined : faultIn(body, isProblem);
  }
  return answer.url.startsWith("/api/") ? "nothing is described there" : undefined;
}

function faultOf(answer: Answer, { responses }: Operation, document: Described): string | undefined {
  const { status, headers } = answer;
  const response = responses[status];
  if (response === undefined)
    return `expected one of ${Object.keys(responses).join(", ")}; ${excerpt(answer.body)}`;
  const missing = requiredHeaders(response).filter((name) => headers[name] === undefined);
  if (missing.length > 0) return `expected the headers ${missing.join(", ")}`;
  return faultOfContent(answer, response, document);
}

function requiredHeaders({ headers = {} }: Response): string[] {
  const required = Object.entries(headers).filter(([, header]) => header.required === true);
  return required.map(([name]) => name.toLowerCase());
}

function faultOfContent({ method, headers, body }: Answer, { content }: Response, document: Described) {
  const type = (headers["content-type"] ?? "").split(";")[0] ?? "";
  if (content === undefined) return body.length === 0 ? undefined : `expected no body, got ${excerpt(body)}`;
  const media = content[type];
  if (media === undefined) return `expected ${Object.keys(content).join(" or ")}, got ${type || "no type"}`;
  if (method === "HEAD" || !type.endsWith("json")) return undefined;
  return faultIn(body, validatorOf(media.schema, document));
}

function validatorOf(schema: object, { components }: Described): ValidateFunction {
  const known = validators.get(schema);
  if (known !== undefined) return known;
  const compiled = ajv.compile({ allOf: [schema], components });
  validators.set(schema, compiled);
  return compiled;
}

function faultIn(body: Buffer, validate: ValidateFunction): string | undefined {
  try {
    if (validate(JSON.parse(body.toString()))) return undefined;
  } catch {
    return `expected JSON, got ${excerpt(body)}`;
  }
  const faults = (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath || "/"} ${message} ${JSON.stringify(params)}`,
  );
  return `${faults.slice(0, 5).join("; ")} in ${excerpt(body)}`;
}

function excerpt(body: Buffer): string {
  return body.toString().slice(0, 300);
}
