/** koa's context as the edge's middleware sees it. */
import type { ParameterizedContext } from "koa";
import type { AccessClaims } from "./auth/access-token.ts";

export interface EdgeState {
  /** Every problem, log line and command names it (OPS-1). */
  readonly traceId: string;
  /** The route's pattern, for logs and metrics: never the path itself, whose values are without end. */
  routeName?: string;
  claims?: AccessClaims;
  /** What this answer's headers say, whatever comes of the request. */
  readonly headers: Record<string, string>;
}

export type EdgeContext = ParameterizedContext<EdgeState>;
