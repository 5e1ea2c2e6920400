/** /me/sessions: where one is logged in, and how to end it (AUTH-3). */
import type { Uuid } from "../../schemas/ids.ts";
import type { Sessions } from "../auth/sessions.ts";
import { notFound } from "../refusal.ts";
import type { Route } from "../route.ts";
import { callerOf } from "./read-deps.ts";
import { answers, ok } from "./reply.ts";
import { arrayOf, INSTANT, object, orNull, TEXT, UUID } from "./value-schemas.ts";

const SESSION = object({
  id: UUID,
  isCurrent: { type: "boolean", description: "Whether it is the one that asks." },
  agent: { ...orNull(TEXT), description: "What the browser says of itself." },
  address: { ...orNull(TEXT), description: "Where the log-in came from." },
  createdAt: INSTANT,
  refreshedAt: { ...INSTANT, description: "When it was last seen, to some minutes." },
  expiresAt: INSTANT,
});

const BASIS = { tag: "me", access: "signed-in", scope: "none" } as const satisfies Partial<Route>;

export function mySessionRoutes(sessions: Sessions): Route[] {
  return [listRoute(sessions), endRoute(sessions), endOthersRoute(sessions)];
}

function listRoute(sessions: Sessions): Route {
  return {
    ...BASIS,
    method: "GET",
    path: "/me/sessions",
    summary: "One's own log-ins that are not over, last seen first, all of them",
    responses: answers("The sessions", object({ items: arrayOf(SESSION), next: { type: "null" } })),
    async handle(request) {
      const own = await sessions.list(callerOf(request).id);
      const items = own.map((one) => ({ ...one, isCurrent: one.id === request.token?.sessionId }));
      return ok({ items, next: null });
    },
  };
}

function endRoute(sessions: Sessions): Route {
  return {
    ...BASIS,
    method: "DELETE",
    path: "/me/sessions/{id}",
    summary: "End a session of one's own; its tokens are refused everywhere within seconds",
    params: { id: UUID },
    responses: { 204: { description: "It is over." } },
    async handle(request) {
      if (await sessions.end(callerOf(request).id, request.params.id as Uuid)) return { status: 204 };
      throw notFound("There is no such session of yours.");
    },
  };
}

function endOthersRoute(sessions: Sessions): Route {
  return {
    ...BASIS,
    method: "DELETE",
    path: "/me/sessions",
    summary: "End all sessions of one's own but the one that asks",
    responses: { 204: { description: "They are over." } },
    async handle(request) {
      await sessions.endOthers(callerOf(request).id, request.token?.sessionId);
      return { status: 204 };
    },
  };
}
