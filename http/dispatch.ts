/**
 * From a route to an answer. The order of the checks is api.md's: body (415, 413, 400), token (401), rate (429),
 * role (403), then path, query, key and body by the route's schemas (404, 400), then the handler. A file is read only
 * when its sender is known: nobody else fills the memory that is kept for files.
 */
import { Readable } from "node:stream";
import { trace } from "@opentelemetry/api";
import findMyWay, { type HTTPMethod } from "find-my-way";
import type { Next } from "koa";
import { type Scope, scopeOf } from "./auth/scopes.ts";
import { RequestCheck, waitMsOf } from "./check-request.ts";
import type { EdgeContext } from "./edge-context.ts";
import type { Load } from "./load.ts";
import type { Authenticate } from "./middleware/authenticate.ts";
import type { RateLimiter } from "./middleware/limit-rate.ts";
import { type BodyMemory, readBody, readUpload } from "./middleware/read-body.ts";
import { commonHeaders } from "./middleware/secure-headers.ts";
import { networkOf } from "./network-of.ts";
import { packed } from "./packed.ts";
import { HeadedRefusal } from "./problem.ts";
import { forbidden, notFound, Refusal } from "./refusal.ts";
import type { Caller, Route, RouteReply, RouteRequest } from "./route.ts";

export const BASE = "/api/v1";

export interface Gate {
  readonly authenticate: Authenticate;
  readonly rates: RateLimiter;
  /** All requests together, probes not counted. */
  readonly requests: Load;
  readonly bodies: BodyMemory;
  readonly uploads: BodyMemory;
}

export function fullPath(route: Route): string {
  return route.root === true ? route.path : BASE + route.path;
}

type Serve = (ctx: EdgeContext, params: Readonly<Record<string, string>>) => Promise<void>;

/** Routes by method and path: found in a tree, not by matching the patterns of seventy one after another. */
export class Dispatcher {
  readonly #router = findMyWay({ maxParamLength: PARAM_LENGTH_MAX });
  readonly #methods = new Set<HTTPMethod>();

  constructor(routes: readonly Route[], gate: Gate) {
    for (const route of routes) {
      const methods: HTTPMethod[] = route.method === "GET" ? ["GET", "HEAD"] : [route.method];
      this.#router.on(methods, fullPath(route).replaceAll(/\{(\w+)\}/g, ":$1"), NOBODY, serving(route, gate));
      for (const method of methods) this.#methods.add(method);
    }
  }

  readonly dispatch = async (ctx: EdgeContext, next: Next): Promise<void> => {
    const found = this.#router.find(ctx.method as HTTPMethod, ctx.path);
    if (!found?.store) return next();
    await (found.store as Serve)(ctx, found.params as Readonly<Record<string, string>>);
  };

  /** Nothing answered, so the path is unknown or knows other methods only. */
  readonly refuse = async ({ path, method }: EdgeContext): Promise<void> => {
    const allowed = [...this.#methods]
      .filter((each) => this.#router.find(each, path)?.store)
      .sort()
      .join(", ");
    if (allowed === "") throw notFound(`There is nothing at ${path}.`);
    throw new HeadedRefusal(405, "method_not_allowed", `Expected ${allowed}, got ${method}.`, {
      Allow: allowed,
    });
  };
}

/** find-my-way calls it when it serves requests itself. Here it only finds what was stored. */
const NOBODY = () => undefined;
/** The schemas of the parameters say what is too long. */
const PARAM_LENGTH_MAX = 16_384;

function serving(route: Route, gate: Gate): Serve {
  const path = fullPath(route);
  const check = new RequestCheck(route);
  return async (ctx, params) => {
    ctx.state.routeName = path;
    trace.getActiveSpan()?.setAttribute("http.route", path).updateName(`${ctx.method} ${path}`);
    reply(ctx, await serve({ ctx, params, route, check, gate }));
  };
}

type Headers = NonNullable<RouteReply["headers"]>;

interface Asked {
  readonly ctx: EdgeContext;
  readonly params: Readonly<Record<string, string>>;
  readonly route: Route;
  readonly check: RequestCheck;
  readonly gate: Gate;
}

function serve(asked: Asked): Promise<RouteReply> {
  if (asked.route.tag === "health") return answer(asked);
  return asked.gate.requests.run(() => answer(asked));
}

async function answer(asked: Asked): Promise<RouteReply> {
  const { ctx, route, gate } = asked;
  const { caller, body } = await received(ctx, route, gate);
  const request = new CheckedRequest(asked, caller, body);
  const { load } = route;
  return load === undefined ? route.handle(request) : load.run(() => route.handle(request));
}

async function received(ctx: EdgeContext, route: Route, gate: Gate) {
  if (route.upload !== undefined) {
    const caller = await admit(ctx, route, gate);
    return { caller, body: await readUpload(ctx, route.upload, gate.uploads) };
  }
  const body = await readBody(ctx, route, gate.bodies);
  return { caller: await admit(ctx, route, gate), body };
}

/** What few routes ask for is made when it is asked for. */
class CheckedRequest implements RouteRequest {
  readonly caller: Caller | undefined;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly idempotencyKey: string | undefined;
  readonly body: unknown;
  readonly #ctx: EdgeContext;

  constructor({ ctx, params, route, check }: Asked, caller: Caller | undefined, body: unknown) {
    this.#ctx = ctx;
    this.caller = caller;
    this.params = check.params(params);
    this.query = check.query(ctx.querystring);
    this.idempotencyKey =
      route.idempotencyKey === undefined ? undefined : check.idempotencyKey(ctx.get("Idempotency-Key"));
    this.body = route.upload === undefined ? check.body(body) : body;
  }

  get headers(): Readonly<Record<string, string | undefined>> {
    return this.#ctx.headers as Readonly<Record<string, string | undefined>>;
  }

  get cookies(): RouteRequest["cookies"] {
    return this.#ctx.cookies;
  }

  get waitMs(): number {
    return waitMsOf(this.#ctx.get("Prefer"));
  }

  get traceId(): string {
    return this.#ctx.state.traceId;
  }

  get isHead(): boolean {
    return this.#ctx.method === "HEAD";
  }

  get address(): string {
    return this.#ctx.ip;
  }

  get secure(): boolean {
    return this.#ctx.secure;
  }

  get token(): NonNullable<RouteRequest["token"]> | undefined {
    const { claims } = this.#ctx.state;
    return claims === undefined ? undefined : { sessionId: claims.sid, expiresAtMs: claims.exp * 1000 };
  }
}

async function admit(ctx: EdgeContext, route: Route, gate: Gate): Promise<Caller | undefined> {
  if (route.access === "anyone") {
    if (route.unlimited !== true) gate.rates.take(ctx, `address ${networkOf(ctx.ip)}`);
    return undefined;
  }
  const claims = await gate.authenticate(ctx).catch((refusal) => {
    // Who is nobody is their address: guessing tokens costs signatures.
    if (route.unlimited !== true) gate.rates.take(ctx, `address ${networkOf(ctx.ip)}`);
    throw refusal;
  });
  if (route.unlimited !== true) gate.rates.take(ctx, `user ${claims.sub}`);
  if (route.access !== "signed-in" && !route.access.includes(claims.role)) throw forbidden();
  if (claims.scopes !== undefined) requireScope(claims.scopes, route);
  return { id: claims.sub, role: claims.role };
}

function requireScope(scopes: readonly Scope[], route: Route): void {
  const needed = scopeOf(route);
  if (needed !== undefined && scopes.includes(needed)) return;
  const expected = needed === undefined ? "a person's log-in" : `the scope ${needed}`;
  throw new Refusal(403, "scope_missing", `Expected ${expected}, got a token for ${scopes.join(", ")}.`);
}

/** No 304 here: an ETag names a version to send back in If-Match, and parts of the resource change without it. */
function reply(ctx: EdgeContext, { status, headers = {}, body }: RouteReply): void {
  if (isDocument(body)) sendJson(ctx, status, headers, body);
  else letKoaSend(ctx, status, headers, body);
}

function isDocument(body: unknown): boolean {
  return typeof body === "object" && body !== null && !(body instanceof Readable) && !Buffer.isBuffer(body);
}

/**
 * Past koa, which looks at a body three times and sets one header after another. With find-my-way and pg's own pool an
 * account costs the edge 250 µs of a core in place of 400, and bare koa with the same statement 165 to 190.
 */
function sendJson(ctx: EdgeContext, status: number, headers: Headers, body: unknown): void {
  const { body: text, headers: packing } = packed(ctx, JSON.stringify(body));
  ctx.respond = false;
  ctx.res.writeHead(status, [
    ...commonHeaders(ctx),
    ...["Content-Type", "application/json; charset=utf-8", "Content-Length", Buffer.byteLength(text)],
    ...["Cache-Control", "no-store"],
    ...packing,
    ...Object.entries(headers).flatMap(([name, value]) => [value].flat().flatMap((each) => [name, each])),
  ]);
  ctx.res.end(text);
}

function letKoaSend(ctx: EdgeContext, status: number, headers: Headers, body: unknown): void {
  ctx.status = status;
  ctx.set("Cache-Control", "no-store");
  for (const [name, value] of Object.entries(headers)) ctx.set(name, value as string | string[]);
  if (body === undefined) {
    ctx.body = null; // which koa takes for 204
    ctx.status = status;
    return;
  }
  const type = ctx.response.get("Content-Type");
  if (body instanceof Readable) {
    // A body that is given up before its end takes the connection with it: a pipe alone would leave it open.
    body.once("close", () => ctx.res.writableEnded || ctx.res.destroy());
  }
  const raw = body instanceof Readable || Buffer.isBuffer(body) || (typeof body === "string" && type !== "");
  ctx.body = raw ? body : JSON.stringify(body);
  ctx.status = status;
  ctx.set("Content-Type", type || "application/json; charset=utf-8");
}
