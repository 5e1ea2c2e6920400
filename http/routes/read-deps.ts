/** What read routes are given: the pool to read from and the clock. */
import type { Knex } from "knex";
import type { Actor } from "../audit-log.ts";
import type { Load } from "../load.ts";
import { forbidden } from "../refusal.ts";
import type { Caller, RouteRequest } from "../route.ts";

export interface ReadDeps {
  readonly database: Knex;
  /** Now, in milliseconds since the epoch; the machine's clock unless told. */
  readonly nowMs?: () => number;
  /** Refuses, or lets go of, what waits for a Postgres that is away: the `guard` of a Heartbeat (EDGE-3). */
  readonly guard?: <T>(read: () => Promise<T>) => Promise<T>;
  /** Where the analytics read side is, when it has a database of its own, with the guard of that. */
  readonly analytics?: Pick<ReadDeps, "database" | "guard"> | undefined;
  /** All reads of this process together. */
  readonly load?: Load;
}

export function nowMsOf(deps: ReadDeps): number {
  return (deps.nowMs ?? Date.now)();
}

/** Who acts, for the audit log. */
export function actorOf(request: RouteRequest): Actor {
  return { who: callerOf(request).id, traceId: request.traceId };
}

/** The caller of a route that is not for anyone. */
export function callerOf(request: RouteRequest): Caller {
  if (request.caller === undefined) throw forbidden();
  return request.caller;
}
