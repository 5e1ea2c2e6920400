/** The span of one message's processing: a child of the hop that sent it, also when no telemetry is configured. */
import { type Span, SpanKind, type Tracer, trace } from "@opentelemetry/api";
import type { Envelope } from "../../schemas/envelope.ts";
import type { Kind } from "../../streams/topology.ts";
import { contextFrom } from "../../streams/trace-context.ts";

interface Where {
  readonly kind: Kind;
  readonly partition: number;
  readonly tracer: Tracer;
}

export function processSpan(message: Envelope, { kind, partition, tracer }: Where): Span {
  const attributes = {
    "messaging.operation.type": "process",
    "ates.actor.kind": kind,
    "ates.partition": partition,
    "ates.subject": unnamed(message.subject),
  };
  const options = { kind: SpanKind.CONSUMER, attributes };
  const span = tracer.startSpan(`process ${message.type}`, options, contextFrom(message.traceparent));
  return trace.isSpanContextValid(span.spanContext()) ? span : trace.wrapSpanContext(contextOfHop(message));
}

/** Whoever keeps traces need not know people: of an address only that it is one. */
function unnamed(subject: string): string {
  return subject.startsWith("email/") ? "email" : subject;
}

function contextOfHop({ traceparent }: Envelope): { traceId: string; spanId: string; traceFlags: number } {
  return { traceId: traceparent.slice(3, 35), spanId: traceparent.slice(36, 52), traceFlags: 0 };
}
