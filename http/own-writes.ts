/**
 * What each person has written, as a place in the primary's log, so that a replica is read by them only when it has it
 * (EDGE-3). The place is asked of the primary after the commit was answered, so it lies behind the commit.
 *
 * 1. On this edge it is remembered by person; any other edge is told by a cookie, which needs nothing shared between them.
 * 2. What was refused counts, too: who is told that a task is another's by now looks at it next.
 * 3. When the place cannot be asked for, it lies beyond everything: until it is known, they read from the primary.
 */
import type { UserId } from "../schemas/ids.ts";
import { Refusal } from "./refusal.ts";
import type { Caller, Route, RouteReply, RouteRequest } from "./route.ts";
import type { SharedQuestion } from "./shared-question.ts";

/** Bytes of the log from its beginning. */
export type LogPlace = number;

const COOKIE = "ates_written";
/** A replica that is further behind is not read at all. */
const COOKIE_S = 60;
const PEOPLE_MAX = 10_000;
const UNKNOWN: LogPlace = Number.POSITIVE_INFINITY;
const SERVER_ERROR = 500;

export class OwnWrites {
  readonly #question: SharedQuestion<LogPlace>;
  readonly #places = new Map<UserId, LogPlace>();

  /** `question` asks the primary how far its log is. */
  constructor(question: SharedQuestion<LogPlace>) {
    this.#question = question;
  }

  /** A route that may write, and the one that tells of a promise's end, note how far its caller has come. */
  noting(route: Route): Route {
    if (route.method === "GET" && route.tag !== "commands") return route;
    return { ...route, handle: (request) => this.#noted(route, request) };
  }

  /** Up to where the caller's reads must reach; 0 for who has written nothing. */
  async seenBy({ caller, cookies }: RouteRequest): Promise<LogPlace> {
    const told = Number.parseInt(cookies.get(COOKIE) ?? "", 10);
    if (caller !== undefined && this.#places.get(caller.id) === UNKNOWN) await this.#note(caller);
    const own = caller === undefined ? undefined : this.#places.get(caller.id);
    return Math.max(own ?? 0, Number.isNaN(told) ? 0 : told);
  }

  /** The replica has it. */
  forget({ caller }: RouteRequest): void {
    if (caller !== undefined) this.#places.delete(caller.id);
  }

  async #noted(route: Route, request: RouteRequest): Promise<RouteReply> {
    const { caller, secure } = request;
    try {
      const reply = await route.handle(request);
      const place = await this.#note(caller);
      return place === UNKNOWN ? reply : withCookie(reply, place, secure === true);
    } catch (error) {
      if (error instanceof Refusal && error.status < SERVER_ERROR) await this.#note(caller);
      throw error;
    }
  }

  async #note(caller: Caller | undefined): Promise<LogPlace> {
    const place = await this.#question.ask().catch(() => UNKNOWN);
    if (caller === undefined) return place;
    this.#places.delete(caller.id); // its place in the order of forgetting is the newest
    this.#places.set(caller.id, place);
    if (this.#places.size > PEOPLE_MAX) this.#forgetOldest();
    return place;
  }

  #forgetOldest(): void {
    for (const [oldest] of this.#places) {
      this.#places.delete(oldest);
      return;
    }
  }
}

function withCookie(reply: RouteReply, place: LogPlace, isSecure: boolean): RouteReply {
  const attributes = [
    `${COOKIE}=${place}`,
    "Path=/api/v1",
    `Max-Age=${COOKIE_S}`,
    "HttpOnly",
    "SameSite=Strict",
  ];
  const cookie = [...attributes, ...(isSecure ? ["Secure"] : [])].join("; ");
  const others = [reply.headers?.["Set-Cookie"] ?? []].flat();
  return { ...reply, headers: { ...reply.headers, "Set-Cookie": [...others, cookie] } };
}
