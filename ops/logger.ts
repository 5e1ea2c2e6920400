/** Logs: one JSON line each on stderr, with the trace that was active (OPS-1); standard output is for people. */
import { trace } from "@opentelemetry/api";
import { destination, type Logger, pino } from "pino";

export function createLogger(level: string, name: string, file?: string): Logger {
  const to =
    file === undefined
      ? destination({ fd: 2, sync: false })
      : destination({ dest: file, sync: false, mkdir: true });
  return pino({ level, name, base: { pid: process.pid, name }, mixin: activeTrace }, to);
}

function activeTrace(): Record<string, string> {
  const span = trace.getActiveSpan()?.spanContext();
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
}
