/** Ours: the production's host with the account actors, in this process, at the default configuration. */
import { trace } from "@opentelemetry/api";
import type pg from "pg";
import { pino } from "pino";
import type { Host } from "../../actors/runtime/host.ts";
import { noMetrics } from "../../actors/runtime/metrics.ts";
import { postgresPool } from "../../actors/runtime/postgres.ts";
import { readConfig } from "../../ops/config.ts";
import { readCompany } from "../../ops/install.ts";
import { createWorker } from "../../ops/roles/worker.ts";
import { redisFactory } from "../../streams/connection.ts";
import { postedOf } from "../posting-facts.ts";
import { runProgram, until } from "../program.ts";

export interface OurPostingTask {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** How many facts of the source wait. */
  readonly postings: number;
  readonly source: string;
}

let pool: pg.Pool;
let worker: Host;
let postings: number;
let source: string;
let entriesBefore: number;

runProgram<OurPostingTask>({
  async prepare(task) {
    const config = readConfig({});
    pool = postgresPool(task.databaseUrl, config.databaseConnections, () => {});
    const connect = redisFactory(task.redisUrl, () => {});
    const company = await readCompany(pool);
    source = task.source;
    postings = task.postings;
    entriesBefore = await entriesOf(pool);
    worker = createWorker({
      config,
      company,
      pool,
      connect,
      gateways: {},
      tracer: trace.getTracer("bench"),
      logger: pino({ level: "warn" }),
      metrics: noMetrics,
      kinds: new Set(["account"]),
    });
  },

  async measure() {
    const startedMs = performance.now();
    await worker.start();
    await until(async () => (await postedOf(pool, source)) >= postings, 10);
    const seconds = (performance.now() - startedMs) / 1_000;
    return { "postings/s": postings / seconds, "worker MiB": process.memoryUsage().rss / 2 ** 20 };
  },

  async clear() {
    await worker.stop();
    const entries = (await entriesOf(pool)) - entriesBefore;
    await pool.end();
    if (entries !== postings) throw new Error(`expected ${postings} entries, got ${entries}`);
  },
});

async function entriesOf(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ entries: number }>("select count(*) as entries from entries");
  return rows[0]?.entries ?? 0;
}
