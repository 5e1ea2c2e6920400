/** One way from a route to an actor: fingerprint, send, answer. */
import { replyOf } from "../command-reply.ts";
import { fingerprintOf } from "../fingerprint.ts";
import type { CommandRequest, Route, RouteReply, RouteRequest, SendCommand } from "../route.ts";
import { callerOf } from "./read-deps.ts";

export interface CommandDeps {
  readonly send: SendCommand;
}

export type Order = Pick<CommandRequest, "topic" | "type" | "subject" | "data">;

/** `said` is what the fingerprint covers: the body, and the headers that change what it means. */
export async function sendCommand(
  { send }: CommandDeps,
  route: Pick<Route, "method" | "path">,
  request: RouteRequest,
  order: Order,
  said: unknown = request.body,
): Promise<RouteReply> {
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => request.params[name] ?? "");
  const outcome = await send({
    ...order,
    caller: callerOf(request),
    idempotencyKey: request.idempotencyKey,
    fingerprint: fingerprintOf(route.method, path, said),
    waitMs: request.waitMs,
    traceId: request.traceId,
  });
  return replyOf(order.type, outcome);
}
