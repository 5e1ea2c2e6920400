/** Metrics in Prometheus' format on a port of their own. Names and labels are listed in ops/grafana/README.md. */
import { createServer, type Server } from "node:http";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { RuntimeMetrics } from "../actors/runtime/metrics.ts";

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const ENTRIES = [1, 2, 5, 10, 25, 50, 100, 250, 500];

export interface Metrics {
  readonly runtime: RuntimeMetrics;
  readonly observeRequest: (method: string, route: string, status: number, seconds: number) => void;
  listen(port: number, host: string): Promise<Server>;
}

export function createMetrics(): Metrics {
  const registers = [new Registry()];
  const [registry] = registers;
  collectDefaultMetrics(registry === undefined ? {} : { register: registry });
  const batchSeconds = new Histogram({
    name: "ates_batch_seconds",
    help: "from read to committed and sent",
    labelNames: ["kind"],
    buckets: SECONDS,
    registers,
  });
  const batchEntries = new Histogram({
    name: "ates_batch_entries",
    help: "messages of one commit",
    labelNames: ["kind"],
    buckets: ENTRIES,
    registers,
  });
  const messages = new Counter({
    name: "ates_messages_total",
    help: "messages by outcome",
    labelNames: ["kind", "outcome"],
    registers,
  });
  const owned = new Gauge({
    name: "ates_partitions_owned",
    help: "partitions this host holds",
    labelNames: ["kind"],
    registers,
  });
  const fenced = new Counter({
    name: "ates_fenced_total",
    help: "partitions lost to another host",
    labelNames: ["kind"],
    registers,
  });
  const requests = new Histogram({
    name: "ates_http_request_seconds",
    help: "requests at the edge",
    labelNames: ["method", "route", "status"],
    buckets: SECONDS,
    registers,
  });
  return {
    runtime: {
      batch: (kind, entries, deadLetters, durationMs) => {
        batchSeconds.observe({ kind }, durationMs / 1_000);
        batchEntries.observe({ kind }, entries);
        messages.inc({ kind, outcome: "handled" }, entries - deadLetters);
        if (deadLetters > 0) messages.inc({ kind, outcome: "dead-lettered" }, deadLetters);
      },
      owned: (kind, partitions) => owned.set({ kind }, partitions),
      fenced: (kind) => fenced.inc({ kind }),
    },
    observeRequest: (method, route, status, seconds) =>
      requests.observe({ method, route, status: String(status) }, seconds),
    listen: (port, host) => listen(registers[0] as Registry, port, host),
  };
}

async function listen(registry: Registry, port: number, host: string): Promise<Server> {
  const server = createServer(async (request, response) => {
    if (request.url !== "/metrics") {
      response.writeHead(404).end();
      return;
    }
    response.setHeader("Content-Type", registry.contentType);
    response.end(await registry.metrics());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return server;
}
