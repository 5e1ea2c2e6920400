/**
 * One log line and one observation per request, by the route's pattern. The time is until the answer begins,
 * so a feed that stays open for minutes is not counted as slow.
 */
import type { Next } from "koa";
import type { Logger } from "pino";
import type { EdgeContext } from "../edge-context.ts";

export type ObserveRequest = (method: string, route: string, status: number, seconds: number) => void;

/** Too much, or a part away: a line for each would be a load of its own. The metrics count them. */
const PUT_OFF = new Set([429, 503]);

export function logRequests(logger: Logger, observe: ObserveRequest) {
  return async (ctx: EdgeContext, next: Next): Promise<void> => {
    const startedAt = performance.now();
    try {
      await next();
    } finally {
      const seconds = (performance.now() - startedAt) / 1000;
      observe(ctx.method, ctx.state.routeName ?? "unmatched", ctx.status, seconds);
      const isRefused = ctx.status >= 400 && !PUT_OFF.has(ctx.status);
      if (isRefused) logger.info(lineOf(ctx, seconds), "request refused");
      else if (logger.isLevelEnabled("debug")) logger.debug(lineOf(ctx, seconds), "request");
    }
  };
}

function lineOf(ctx: EdgeContext, seconds: number) {
  return {
    trace_id: ctx.state.traceId,
    method: ctx.method,
    route: ctx.state.routeName ?? "unmatched",
    path: ctx.path,
    status: ctx.status,
    ms: Math.round(seconds * 1000),
    user: ctx.state.claims?.sub,
  };
}
