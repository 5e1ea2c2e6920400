/**
 * What stands around every request, whatever serves it: a state with its trace, the headers of every answer, a problem for
 * whatever was thrown, then one observation, and a log line when it was refused. One middleware: as five, each with a
 * promise and a closure of its own, they cost a page 8 of its 250 µs.
 */
import type { Next } from "koa";
import type { Logger } from "pino";
import type { AccessClaims } from "../auth/access-token.ts";
import type { EdgeContext, EdgeState } from "../edge-context.ts";
import { type Problem, problemOf } from "../problem.ts";
import { Refusal } from "../refusal.ts";
import { setCommonHeaders } from "./secure-headers.ts";
import { traceIdOf } from "./trace-context.ts";

export type ObserveRequest = (method: string, route: string, status: number, seconds: number) => void;

export interface SurroundOptions {
  readonly logger: Logger;
  readonly observe: ObserveRequest;
  readonly isDraining: () => boolean;
}

/** Too much, or a part away: a line for each would be a load of its own. The metrics count them. */
const PUT_OFF = new Set([429, 503]);

export function surround({ logger, observe, isDraining }: SurroundOptions) {
  return async (ctx: EdgeContext, next: Next): Promise<void> => {
    const startedAt = performance.now();
    ctx.state = new RequestState(ctx);
    if (isDraining()) ctx.state.headers.Connection = "close"; // the client's next request goes to another copy
    try {
      await next();
      if (!ctx.res.headersSent) setCommonHeaders(ctx);
    } catch (error) {
      sendProblem(ctx, problemOfError(error, ctx, logger));
    }
    // Until the answer begins, so that a feed that stays open for minutes is not counted as slow.
    const seconds = (performance.now() - startedAt) / 1000;
    observe(ctx.method, ctx.state.routeName ?? "unmatched", ctx.status, seconds);
    log(ctx, seconds, logger);
  };
}

/** The trace is looked up, or made, when somebody asks for it: most answers do not name it. */
class RequestState implements EdgeState {
  readonly headers: Record<string, string> = {};
  routeName?: string;
  claims?: AccessClaims;
  readonly #ctx: EdgeContext;
  #traceId: string | undefined;

  constructor(ctx: EdgeContext) {
    this.#ctx = ctx;
  }

  get traceId(): string {
    this.#traceId ??= traceIdOf(this.#ctx);
    return this.#traceId;
  }
}

/** What nobody foresaw is also an error in the log, with its trace. */
function problemOfError(error: unknown, { state: { traceId } }: EdgeContext, logger: Logger): Problem {
  const problem = problemOf(error, traceId);
  if (problem.status === 500) logger.error({ err: error, trace_id: traceId }, "a request failed");
  else if (problem.status === 503 && !(error instanceof Refusal))
    logger.warn({ err: error, trace_id: traceId }, "a request found a part unavailable");
  return problem;
}

function sendProblem(ctx: EdgeContext, problem: Problem): void {
  if (!ctx.res.headersSent) setCommonHeaders(ctx);
  ctx.remove("ETag");
  ctx.status = problem.status;
  ctx.set(problem.headers);
  ctx.set("Cache-Control", "no-store");
  ctx.body = JSON.stringify(problem.document);
  ctx.type = "application/problem+json";
}

function log(ctx: EdgeContext, seconds: number, logger: Logger): void {
  const isRefused = ctx.status >= 400 && !PUT_OFF.has(ctx.status);
  if (isRefused) logger.info(lineOf(ctx, seconds), "request refused");
  else if (logger.isLevelEnabled("debug")) logger.debug(lineOf(ctx, seconds), "request");
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
