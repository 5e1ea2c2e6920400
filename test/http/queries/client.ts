/**
 * Asks the read routes as the server does, without HTTP: path and query are checked by the route's own schemas, the
 * role by its `access`, and every answer must be what the route's response schema promises.
 */
import { Readable } from "node:stream";
import type { ValidateFunction } from "ajv";
import { RequestCheck } from "../../../http/check-request.ts";
import { forbidden, Refusal } from "../../../http/refusal.ts";
import type { Caller, Route, RouteReply } from "../../../http/route.ts";
import { readRoutes } from "../../../http/routes/read-routes.ts";
import type { Role } from "../../../schemas/envelope.ts";
import type { UserId } from "../../../schemas/ids.ts";
import { newAjv } from "../../../schemas/registry.ts";
import type { TestDatabase } from "./database.ts";

export const NOW = "2026-03-10T12:00:00.000Z";

const ajv = newAjv();
const checks = new Map<string, { readonly check: RequestCheck; readonly answer: ValidateFunction }>();

export function caller(id: UserId, role: Role = "employee"): Caller {
  return { id, role };
}

export class ReadClient {
  readonly #routes: readonly Route[];

  constructor(db: TestDatabase, now: string = NOW) {
    this.#routes = readRoutes({ database: db.reads, nowMs: () => Date.parse(now) });
  }

  /** The body of a 200. Its type is the test's claim; the schema has checked it. */
  async get<T = Record<string, unknown>>(who: Caller, path: string): Promise<T> {
    return (await this.reply(who, path)).body as T;
  }

  async reply(who: Caller, path: string): Promise<RouteReply> {
    const url = new URL(path, "http://edge");
    const { route, params } = this.#match(url.pathname);
    if (route.access !== "signed-in" && !route.access.includes(who.role)) throw forbidden();
    const { check, answer } = checksOf(route);
    const reply = await route.handle({
      caller: who,
      params: check.params(params),
      query: check.query(url.search.slice(1)),
      body: undefined,
      headers: {},
      cookies: { get: () => undefined },
      idempotencyKey: undefined,
      waitMs: 0,
      traceId: "",
      address: "127.0.0.1",
    });
    // As it goes over the wire: a member that is undefined is not there.
    if (Buffer.isBuffer(reply.body)) return reply;
    const sent = reply.body instanceof Readable ? (await reply.body.toArray()).join("") : reply.body;
    const body: unknown = JSON.parse(JSON.stringify(sent));
    if (!answer(body)) throw new Error(`${route.path} breaks its schema: ${ajv.errorsText(answer.errors)}`);
    return { ...reply, body };
  }

  /** `404 not_found` and the like; `200` when it was served. */
  async refusal(who: Caller, path: string): Promise<string> {
    try {
      return String((await this.reply(who, path)).status);
    } catch (thrown) {
      if (thrown instanceof Refusal) return `${thrown.status} ${thrown.code}`;
      throw thrown;
    }
  }

  /** Every item of a list, page by page. */
  async all<T>(who: Caller, path: string, limit: number): Promise<T[]> {
    const items: T[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const url = new URL(path, "http://edge");
      url.searchParams.set("limit", String(limit));
      if (cursor !== "") url.searchParams.set("cursor", cursor);
      const page: { items: T[]; next: string | null } = await this.get(who, `${url.pathname}${url.search}`);
      if (page.items.length > limit) throw new Error(`a page of ${page.items.length}, asked for ${limit}`);
      items.push(...page.items);
      cursor = page.next;
    }
    return items;
  }

  #match(pathname: string): { route: Route; params: Record<string, string> } {
    for (const route of this.#routes) {
      const pattern = route.path.replaceAll(".", "\\.").replaceAll(/\{(\w+)\}/g, "(?<$1>[^/]+)");
      const match = new RegExp(`^${pattern}$`).exec(pathname);
      if (match !== null) return { route, params: { ...match.groups } };
    }
    throw new Error(`no read route for ${pathname}`);
  }
}

function checksOf(route: Route) {
  const known = checks.get(route.path);
  if (known !== undefined) return known;
  const made = { check: new RequestCheck(route), answer: ajv.compile(route.responses[200]?.schema ?? {}) };
  checks.set(route.path, made);
  return made;
}
