/**
 * Tracing, registered before anything that is traced is imported (main.ts, or `node --import`). Without an OTLP
 * endpoint nothing is registered: trace ids then travel in the envelopes alone, and tracing costs nothing.
 */
import { register } from "node:module";
import { trace } from "@opentelemetry/api";

/** Spans kept while the collector is away: bounded memory, then the oldest are dropped. */
const QUEUE_SPANS_MAX = 20_000;

let shutdownTracing: (() => Promise<void>) | undefined;

if (process.env.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined && process.env.OTEL_EXPORTER_OTLP_ENDPOINT !== "") {
  register("@opentelemetry/instrumentation/hook.mjs", import.meta.url);
  await startTracing();
}

async function startTracing(): Promise<void> {
  const [{ NodeSDK }, { OTLPTraceExporter }, { BatchSpanProcessor }, http, koa, pg, ioredis] =
    await Promise.all([
      import("@opentelemetry/sdk-node"),
      import("@opentelemetry/exporter-trace-otlp-http"),
      import("@opentelemetry/sdk-trace"),
      import("@opentelemetry/instrumentation-http"),
      import("@opentelemetry/instrumentation-koa"),
      import("@opentelemetry/instrumentation-pg"),
      import("@opentelemetry/instrumentation-ioredis"),
    ]);
  const sdk = new NodeSDK({
    serviceName: process.env.OTEL_SERVICE_NAME ?? "ates",
    spanProcessors: [
      new BatchSpanProcessor({ exporter: new OTLPTraceExporter(), maxQueueSize: QUEUE_SPANS_MAX }),
    ],
    metricReaders: [], // Prometheus has them (ops/metrics.ts)
    logRecordProcessors: [], // pino writes them
    instrumentations: [
      new http.HttpInstrumentation({
        ignoreIncomingRequestHook: ({ url }) => url === "/livez" || url === "/readyz" || url === "/metrics",
      }),
      // A request passes a dozen middlewares, and spans of them say nothing that the request's own does not: with them
      // a command costs the edge 740 µs in place of 650.
      new koa.KoaInstrumentation({ ignoreLayersType: [koa.KoaLayerType.MIDDLEWARE] }),
      // A statement is a span; that a pool handed out a connection for it says nothing more.
      new pg.PgInstrumentation({ requireParentSpan: true, ignoreConnectSpans: true }),
      new ioredis.IORedisInstrumentation({ requireParentSpan: true, dbStatementSerializer: namesAndKeys }),
    ],
  });
  sdk.start();
  shutdownTracing = () => sdk.shutdown();
}

/** Of a call of Redis: never what is kept under its keys, for envelopes hold names, addresses and account numbers. */
function namesAndKeys(name: string, args: readonly unknown[]): string {
  const isScript = name === "evalsha" || name === "eval";
  const keys = isScript ? args.slice(2, 2 + Number(args[1])) : args.slice(0, 1);
  return [name, ...keys].join(" ");
}

/** Sends what is still queued; a collector that is away costs at most the deadline. */
export async function flushTracing(deadlineMs = 3_000): Promise<void> {
  if (shutdownTracing === undefined) return;
  await Promise.race([
    shutdownTracing().catch(() => undefined),
    new Promise((resolve) => setTimeout(resolve, deadlineMs).unref()),
  ]);
}

export const tracer = trace.getTracer("ates");
