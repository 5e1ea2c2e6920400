/** The production's host with the account actors alone, in this process, at the default configuration. */
import { trace } from "@opentelemetry/api";
import type pg from "pg";
import { pino } from "pino";
import type { Host } from "../../actors/runtime/host.ts";
import { noMetrics, type RuntimeMetrics } from "../../actors/runtime/metrics.ts";
import { postgresPool } from "../../actors/runtime/postgres.ts";
import { readConfig } from "../../ops/config.ts";
import { readCompany } from "../../ops/install.ts";
import { createWorker } from "../../ops/roles/worker.ts";
import { redisFactory } from "../../streams/connection.ts";

export interface Place {
  readonly databaseUrl: string;
  readonly redisUrl: string;
}

export function defaultPool(databaseUrl: string): pg.Pool {
  return postgresPool(databaseUrl, readConfig({}).databaseConnections, () => {});
}

/** Not started yet. */
export async function accountWorker(
  pool: pg.Pool,
  { redisUrl }: Place,
  metrics: RuntimeMetrics = noMetrics,
): Promise<Host> {
  return createWorker({
    config: readConfig({}),
    company: await readCompany(pool),
    pool,
    connect: redisFactory(redisUrl, () => {}),
    gateways: {},
    tracer: trace.getTracer("bench"),
    logger: pino({ level: "warn" }),
    metrics,
    kinds: new Set(["account"]),
  });
}
