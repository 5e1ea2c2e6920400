/** Metrics in Prometheus' format on a port of their own. Names and labels are listed in ops/grafana/README.md. */
import { createServer, type Server } from "node:http";
import type { Pool } from "pg";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { RuntimeMetrics } from "../actors/runtime/metrics.ts";
import { createStoredGauges, readStored } from "./stored-gauges.ts";

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const ENTRIES = [1, 2, 5, 10, 25, 50, 100, 250, 500];

export interface Metrics {
  readonly runtime: RuntimeMetrics;
  readonly observeRequest: (method: string, route: string, status: number, seconds: number) => void;
  /** Whether this host has given the payment provider up for a while. */
  readonly breaker: (isOpen: boolean) => void;
  /** Serves /metrics; what only Postgres knows is read at each scrape. */
  listen(port: number, host: string, pool: Pool): Promise<Server>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
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
  const old = new Counter({
    name: "ates_old_messages_total",
    help: "messages read in an older version than the latest, by who sent them",
    labelNames: ["schema", "source"],
    registers,
  });
  const requests = new Histogram({
    name: "ates_http_request_seconds",
    help: "requests at the edge",
    labelNames: ["method", "route", "status"],
    buckets: SECONDS,
    registers,
  });
  const breaker = new Gauge({
    name: "ates_payment_breaker",
    help: "1 while this host leaves the payment provider alone after failures in a row",
    labelNames: ["state"],
    registers,
  });
  return {
    breaker: (isOpen) => breaker.set({ state: "open" }, isOpen ? 1 : 0),
    runtime: {
      batch: (kind, entries, deadLetters, durationMs) => {
        batchSeconds.observe({ kind }, durationMs / 1_000);
        batchEntries.observe({ kind }, entries);
        messages.inc({ kind, outcome: "handled" }, entries - deadLetters);
        if (deadLetters > 0) messages.inc({ kind, outcome: "dead-lettered" }, deadLetters);
      },
      owned: (kind, partitions) => owned.set({ kind }, partitions),
      fenced: (kind) => fenced.inc({ kind }),
      old: (schema, source) => old.inc({ schema, source }),
    },
    observeRequest: (method, route, status, seconds) =>
      requests.observe({ method, route, status: String(status) }, seconds),
    listen: (port, host, pool) => {
      const gauges = createStoredGauges(registry);
      // From the first scrape on: to see the event loop's lag, Node wakes a hundred times a second, 0.4 % of a core.
      let collectProcess = () => {
        collectDefaultMetrics({ register: registry });
        collectProcess = () => {};
      };
      return listen(port, host, async () => {
        collectProcess();
        await readStored(gauges, pool).catch(() => undefined); // Postgres away: the process's own numbers are served
        return { type: registry.contentType, text: await registry.metrics() };
      });
    },
  };
}

async function listen(
  port: number,
  host: string,
  scrape: () => Promise<{ type: string; text: string }>,
): Promise<Server> {
  const server = createServer(async (request, response) => {
    if (request.url !== "/metrics") {
      response.writeHead(404).end();
      return;
    }
    const { type, text } = await scrape();
    response.setHeader("Content-Type", type);
    response.end(text);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return server;
}
