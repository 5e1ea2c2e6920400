/**
 * What a program's token may be good for. Its person's role still says what is allowed at all; the scope, named in the
 * description of each route, says how much of that the program was given. A person's own log-in has no scopes.
 *
 * Reading needs `read` unless the route says otherwise; a route that changes something and names no scope is for people.
 */
import type { Route } from "../route.ts";

export const SCOPES = ["read", "tasks", "money", "people", "operations"] as const;
export type Scope = (typeof SCOPES)[number];

/** The scope that a token needs for the route; undefined: none is enough. */
export function scopeOf({
  method,
  access,
  scope,
}: Pick<Route, "method" | "access" | "scope">): Scope | undefined {
  if (access === "anyone" || scope === "none") return undefined;
  return scope ?? (method === "GET" ? "read" : undefined);
}
