/** GET /feed: server-sent events of what the caller may know. */
import type { AccessClaims } from "../auth/access-token.ts";
import type { Feed } from "../feed.ts";
import type { Route, RouteRequest } from "../route.ts";
import { callerOf } from "./read-deps.ts";

export interface FeedDeps {
  readonly feed: Feed;
  readonly isStale: (claims: Pick<AccessClaims, "sub" | "role" | "sid">) => boolean;
}

export function feedRoute({ feed, isStale }: FeedDeps): Route {
  return {
    method: "GET",
    path: "/feed",
    tag: "feed",
    summary:
      "Events `task`, `account`, `payout`, `mail`, `day`, `job`, `command` as they happen; Last-Event-ID resumes, `reset` = ask again for everything",
    access: "signed-in",
    responses: { 200: { description: "The events.", type: "text/event-stream" } },
    handle: async (request) => ({
      status: 200,
      headers: { "Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no" },
      body: open(feed, isStale, request),
    }),
  };
}

function open(feed: Feed, isStale: FeedDeps["isStale"], request: RouteRequest) {
  const caller = callerOf(request);
  const sid = request.token?.sessionId ?? "";
  return feed.listen({
    caller,
    lastEventId: request.headers["last-event-id"],
    expiresAtMs: request.token?.expiresAtMs ?? 0,
    isStale: () => isStale({ sub: caller.id, role: caller.role, sid }),
  });
}
