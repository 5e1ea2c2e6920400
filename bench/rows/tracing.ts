/** tracing: what spans of every request, statement and command cost. */
import { createServer } from "node:http";
import { freePort } from "../../ops/embedded/free-port.ts";
import { shown } from "../figures.ts";
import { inTurns, medianOf } from "../lanes.ts";
import { COMMANDS_PER_SECOND, ourCommandsLane } from "../our-commands-lane.ts";
import { type Bench, type Row, type RowResult, ratio } from "../row.ts";
import { stopAtEnd } from "../stop-order.ts";

const ON = "tracing on";
const OFF = "tracing off";

export const tracing: Row = {
  name: "tracing",
  measured:
    "Completions over HTTP as in `commands`, with and without an OTLP endpoint; with one, every request is traced through " +
    "all actors at the default sampling, and its spans are sent to a collector that only counts.",
  notMeasured: "A real collector, which would take cores of its own.",
  limits:
    "Five spans a completion, each some 20 µs to begin, end, write as JSON and send, and what surrounds them: the HTTP " +
    "instrumentation is a seventh of the edge's CPU. Kept: no spans of middlewares (650 µs an edge's command in place of 740), " +
    "none of handing out connections, of a call of Redis its name and keys alone (4.2 KB a completion in place of 5.1). " +
    "Tried, and not kept: protobuf in place of JSON (5.3 to 8 µs a span in place of 3.7 to 5.8).",
  run,
};

async function run(bench: Bench): Promise<RowResult> {
  const calls = { quick: 1_500, report: 1_500, full: 5_000 }[bench.size];
  const collector = await startCollector();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}` };
  const lanes = [
    await ourCommandsLane(bench, { name: OFF, setup: "no OTLP endpoint: the default", calls }),
    await ourCommandsLane(bench, { name: ON, setup: "an OTLP endpoint, default sampling", calls, env }),
  ];
  const results = await inTurns(lanes, bench.rounds, bench.tell);
  const [on, off] = [medianOf(results, ON, COMMANDS_PER_SECOND), medianOf(results, OFF, COMMANDS_PER_SECOND)];
  const value = ratio(on, off);
  return {
    lanes: results,
    ratios: [{ name: "tracing on / off (throughput)", value, reach: 0.9, aim: 0.95, better: "higher" }],
    notes: [`The collector was sent ${shown(collector.bytes() / 2 ** 20)} MiB of spans.`],
    lastLine: `tracing: on ${shown(on ?? 0)}/s, off ${shown(off ?? 0)}/s, ratio ${shown(value ?? 0)}`,
  };
}

async function startCollector(): Promise<{ port: number; bytes: () => number }> {
  let bytes = 0;
  const port = await freePort();
  const server = createServer((request, response) => {
    request.on("data", (piece: Buffer) => {
      bytes += piece.length;
    });
    request.on("end", () => response.writeHead(200, { "content-type": "application/json" }).end("{}"));
  });
  await new Promise<void>((resolve) => void server.listen(port, "127.0.0.1", resolve));
  stopAtEnd(async () => {
    server.closeAllConnections();
    server.close();
  });
  return { port, bytes: () => bytes };
}
