/**
 * From a route to an answer. The order of the checks is api.md's: body (415, 413, 400), token (401), rate (429),
 * role (403), then path, query, key and body by the route's schemas (404, 400), then the handler. A file is read only
 * when its sender is known: nobody else fills the memory that is kept for files.
 */
import { Readable } from "node:stream";
import { Router } from "@koa/router";
import { trace } from "@opentelemetry/api";
import { RequestCheck, waitMsOf } from "./check-request.ts";
import type { EdgeContext, EdgeState } from "./edge-context.ts";
import type { Load } from "./load.ts";
import type { Authenticate } from "./middleware/authenticate.ts";
import type { RateLimiter } from "./middleware/limit-rate.ts";
import { type BodyMemory, readBody, readUpload } from "./middleware/read-body.ts";
import { HeadedRefusal } from "./problem.ts";
import { forbidden, notFound } from "./refusal.ts";
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

export function routerOf(routes: readonly Route[], gate: Gate): Router<EdgeState> {
  const router = new Router<EdgeState>({ strict: true, sensitive: true });
  for (const route of routes) {
    const path = fullPath(route);
    const check = new RequestCheck(route);
    router.register(path.replaceAll(/\{(\w+)\}/g, ":$1"), [route.method], async (ctx) => {
      const edge = ctx as unknown as EdgeContext & { params: Record<string, string> };
      edge.state.routeName = path;
      trace.getActiveSpan()?.setAttribute("http.route", path).updateName(`${ctx.method} ${path}`);
      reply(edge, await serve(edge, route, check, gate));
    });
  }
  return router;
}

/** After the router: nothing answered, so the path is unknown or knows other methods only. */
export function refuseUnmatched(router: Router<EdgeState>) {
  return async (ctx: EdgeContext): Promise<void> => {
    const methods = new Set(router.match(ctx.path, ctx.method).path.flatMap((layer) => layer.methods));
    if (methods.size === 0) throw notFound(`There is nothing at ${ctx.path}.`);
    const allowed = [...methods].sort().join(", ");
    throw new HeadedRefusal(405, "method_not_allowed", `Expected ${allowed}, got ${ctx.method}.`, {
      Allow: allowed,
    });
  };
}

type RoutedContext = EdgeContext & { params: Record<string, string> };

async function serve(ctx: RoutedContext, route: Route, check: RequestCheck, gate: Gate): Promise<RouteReply> {
  if (route.tag === "health") return answer(ctx, route, check, gate);
  return gate.requests.run(() => answer(ctx, route, check, gate));
}

async function answer(
  ctx: RoutedContext,
  route: Route,
  check: RequestCheck,
  gate: Gate,
): Promise<RouteReply> {
  const { caller, body } = await received(ctx, route, gate);
  const params = check.params(ctx.params);
  const request: RouteRequest = {
    caller,
    params,
    query: check.query(new URLSearchParams(ctx.querystring)),
    idempotencyKey: check.idempotencyKey(ctx.get("Idempotency-Key")),
    body: route.upload === undefined ? check.body(body) : body,
    headers: ctx.headers as Readonly<Record<string, string | undefined>>,
    cookies: ctx.cookies,
    waitMs: waitMsOf(ctx.get("Prefer")),
    traceId: ctx.state.traceId,
    address: ctx.ip,
    secure: ctx.secure,
    ...tokenOf(ctx),
  };
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

async function admit(ctx: EdgeContext, route: Route, gate: Gate): Promise<Caller | undefined> {
  if (route.access === "anyone") {
    if (route.unlimited !== true) await gate.rates.take(ctx, `address ${ctx.ip}`);
    return undefined;
  }
  const claims = await gate.authenticate(ctx);
  if (route.unlimited !== true) await gate.rates.take(ctx, `user ${claims.sub}`);
  if (route.access !== "signed-in" && !route.access.includes(claims.role)) throw forbidden();
  return { id: claims.sub, role: claims.role };
}

function tokenOf(ctx: EdgeContext): Pick<RouteRequest, "token"> {
  const { claims } = ctx.state;
  if (claims === undefined) return {};
  return { token: { sessionId: claims.sid, expiresAtMs: claims.exp * 1000 } };
}

/** No 304 here: an ETag names a version to send back in If-Match, and parts of the resource change without it. */
function reply(ctx: EdgeContext, answer: RouteReply): void {
  ctx.status = answer.status;
  ctx.set("Cache-Control", "no-store");
  for (const [name, value] of Object.entries(answer.headers ?? {})) ctx.set(name, value as string | string[]);
  setBody(ctx, answer.body);
}

function setBody(ctx: EdgeContext, body: unknown): void {
  if (body === undefined) {
    ctx.body = null;
    return;
  }
  const type = ctx.response.get("Content-Type");
  if (body instanceof Readable) {
    // A body that is given up before its end takes the connection with it: a pipe alone would leave it open.
    body.once("close", () => ctx.res.writableEnded || ctx.res.destroy());
  }
  const raw = body instanceof Readable || Buffer.isBuffer(body) || (typeof body === "string" && type !== "");
  const status = ctx.status;
  ctx.body = raw ? body : JSON.stringify(body);
  ctx.status = status;
  ctx.set("Content-Type", type || "application/json; charset=utf-8");
}
