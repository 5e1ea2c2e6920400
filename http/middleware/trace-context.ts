/**
 * The trace of a request: the active span's when telemetry records, else the caller's `traceparent`, else a fresh one.
 * So every problem, log line and command names a trace, with or without a collector (OPS-1).
 */
import { randomUUID } from "node:crypto";
import { context, isSpanContextValid, propagation, trace } from "@opentelemetry/api";
import { formatTraceparent, parseTraceparent } from "../../streams/trace-context.ts";
import type { EdgeContext } from "../edge-context.ts";

export function traceIdOf(ctx: EdgeContext): string {
  return activeTraceId() ?? parseTraceparent(ctx.get("traceparent"))?.traceId ?? newTraceId();
}

/** What the command's envelope carries, so that its actor's spans hang below this request. */
export function traceparentOf(traceId: string): string {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  if (carrier.traceparent !== undefined) return carrier.traceparent;
  return formatTraceparent({ traceId, spanId: newTraceId().slice(16), traceFlags: 1 });
}

/** A random UUID without its dashes: Node draws them from bytes that it has in store, a system call for 128 of them. */
export function newTraceId(): string {
  return randomUUID().replaceAll("-", "");
}

function activeTraceId(): string | undefined {
  const span = trace.getActiveSpan()?.spanContext();
  return span !== undefined && isSpanContextValid(span) ? span.traceId : undefined;
}
