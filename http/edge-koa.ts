/**
 * koa, without what it does after an answer that has gone past it (`ctx.respond = false`): it would watch for the end of
 * each, to tell an error handler of broken connections that says nothing here, for 10 of a page's 250 µs.
 */
import Koa from "koa";
import type { EdgeContext, EdgeState } from "./edge-context.ts";

type Serve = (ctx: EdgeContext) => Promise<void>;

/** What koa's types leave out. */
const { handleRequest } = Koa.prototype as unknown as {
  handleRequest(this: Koa<EdgeState>, ctx: EdgeContext, serve: Serve): Promise<void>;
};

export class EdgeKoa extends Koa<EdgeState> {
  /** koa calls it with each request and all middleware. */
  async handleRequest(ctx: EdgeContext, serve: Serve): Promise<void> {
    const { res } = ctx;
    res.statusCode = 404;
    try {
      await serve(ctx);
    } catch (error) {
      return ctx.onerror(error as Error);
    }
    if (ctx.respond === false) return;
    const { statusCode } = res;
    await handleRequest.call(this, ctx, async () => {
      res.statusCode = statusCode;
    });
  }
}
