/** Probes: alive as long as the process answers, ready as long as it takes new requests. Neither asks a dependency. */
import type { Route } from "../route.ts";
import { object, oneOf } from "./value-schemas.ts";

const HEALTH = object({ status: oneOf(["ok", "draining"]) });

export function healthRoutes(draining: () => boolean): Route[] {
  const probe = { method: "GET", root: true, tag: "health", access: "anyone", unlimited: true } as const;
  return [
    {
      ...probe,
      path: "/livez",
      summary: "The process answers",
      responses: { 200: { description: "It does.", schema: HEALTH } },
      handle: async () => ({ status: 200, body: { status: "ok" } }),
    },
    {
      ...probe,
      path: "/readyz",
      summary: "The process takes new requests",
      responses: {
        200: { description: "It does.", schema: HEALTH },
        503: { description: "It is about to stop.", schema: HEALTH },
      },
      handle: async () =>
        draining() ? { status: 503, body: { status: "draining" } } : { status: 200, body: { status: "ok" } },
    },
  ];
}
