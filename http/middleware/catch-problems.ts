/** Whatever a request throws becomes problem+json; what nobody foresaw is also an error in the log, with its trace. */
import type { Next } from "koa";
import type { Logger } from "pino";
import type { EdgeContext } from "../edge-context.ts";
import { type Problem, problemOf } from "../problem.ts";
import { Refusal } from "../refusal.ts";

export function catchProblems(logger: Logger) {
  return async (ctx: EdgeContext, next: Next): Promise<void> => {
    try {
      await next();
    } catch (error) {
      const problem = problemOf(error, ctx.state.traceId);
      if (problem.status === 500)
        logger.error({ err: error, trace_id: ctx.state.traceId }, "a request failed");
      else if (problem.status === 503 && !(error instanceof Refusal)) {
        logger.warn({ err: error, trace_id: ctx.state.traceId }, "a request found a part unavailable");
      }
      sendProblem(ctx, problem);
    }
  };
}

function sendProblem(ctx: EdgeContext, problem: Problem): void {
  ctx.remove("ETag");
  ctx.status = problem.status;
  ctx.set(problem.headers);
  ctx.set("Cache-Control", "no-store");
  ctx.body = JSON.stringify(problem.document);
  ctx.type = "application/problem+json";
}
