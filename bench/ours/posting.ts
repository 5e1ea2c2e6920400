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
import { type PostingLoad, SOURCE, sendFacts } from "../posting-facts.ts";
import { runProgram, until } from "../program.ts";

export interface OurPostingTask extends PostingLoad {
  readonly databaseUrl: string;
  readonly redisUrl: string;
}

let pool: pg.Pool;
let worker: Host;
let postings: number;

runProgram<OurPostingTask>({
  async prepare(task) {
    const config = readConfig({});
    pool = postgresPool(task.databaseUrl, config.databaseConnections, () => {});
    const connect = redisFactory(task.redisUrl, () => {});
    const company = await readCompany(pool);
    await sendFacts(connect, company, task);
    postings = task.postings;
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
    await until(async () => (await posted()) >= postings, 10);
    const seconds = (performance.now() - startedMs) / 1_000;
    return { "postings/s": postings / seconds };
  },

  async clear() {
    await worker.stop();
    const { rows } = await pool.query<{ entries: number }>("select count(*) as entries from entries");
    await pool.end();
    if (rows[0]?.entries !== postings)
      throw new Error(`expected ${postings} entries, got ${rows[0]?.entries}`);
  },
});

async function posted(): Promise<number> {
  const { rows } = await pool.query<{ posted: number }>(
    `select coalesce(sum((inbox ->> ('tasks/' || partition || '<${SOURCE}'))::bigint), 0)::bigint as posted
       from partitions where kind = 'account'`,
  );
  return rows[0]?.posted ?? 0;
}
