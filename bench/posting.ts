/**
 * posting: facts waiting in the partitions of `tasks` → ledger entries, balances and outbox committed, published,
 * acknowledged, by one process with the production's host.
 *
 * Measured: from the start of the reading to the last commit. Not measured: making the facts, HTTP, other actor kinds.
 */
import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { trace } from "@opentelemetry/api";
import type pg from "pg";
import { pino } from "pino";
import { noMetrics } from "../actors/runtime/metrics.ts";
import { postgresPool } from "../actors/runtime/postgres.ts";
import { readConfig } from "../ops/config.ts";
import { startPostgres } from "../ops/embedded/postgres.ts";
import { startRedis } from "../ops/embedded/redis.ts";
import { install } from "../ops/install.ts";
import { migrate } from "../ops/migrate.ts";
import { createWorker } from "../ops/roles/worker.ts";
import type { BusinessDate } from "../schemas/business-date.ts";
import type { Company } from "../schemas/company.ts";
import { dataschema } from "../schemas/envelope.ts";
import { derivedUuid, newUuid } from "../schemas/ids.ts";
import { type RedisFactory, ready, redisFactory } from "../streams/connection.ts";
import { partitionOf } from "../streams/partition.ts";
import { addRun, definePublish } from "../streams/publish.ts";
import { streamKey } from "../streams/topology.ts";

const ACCOUNTS = 1_000;
const SOURCE = "/ates/task-board/0";
const log = { info: () => {}, warn: () => {}, error: () => {} };

export interface PostingRound {
  readonly postings: number;
  readonly seconds: number;
  readonly perSecond: number;
}

/** Runs `rounds` rounds of `postings` facts each, every one on a fresh database. */
export async function benchPosting(
  rounds: number,
  postings: number,
  tell: (round: PostingRound) => void,
): Promise<PostingRound[]> {
  const folder = await mkdtemp(join(tmpdir(), "ates-bench-"));
  await chmod(folder, 0o755); // as root the servers run as another user, who must get in
  const postgres = await startPostgres({ dataDir: join(folder, "postgres"), log });
  const redis = await startRedis({ dataDir: join(folder, "redis"), log });
  try {
    const done: PostingRound[] = [];
    for (let round = 0; round < rounds; round++) {
      done.push(await oneRound(postgres.url, redis.url, postings));
      tell(done.at(-1) as PostingRound);
    }
    return done;
  } finally {
    await Promise.all([postgres.stop(), redis.stop()]);
    await rm(folder, { recursive: true, force: true });
  }
}

async function oneRound(serverUrl: string, redisUrl: string, postings: number): Promise<PostingRound> {
  const admin = postgresPool(serverUrl, 1, () => {});
  const name = `bench_${newUuid().replaceAll("-", "")}`;
  await admin.query(`create database ${name}`);
  const pool = postgresPool(serverUrl.replace(/\/\w+$/, `/${name}`), 12, () => {});
  const connect = redisFactory(redisUrl, () => {});
  try {
    const config = readConfig({});
    await migrate(pool);
    const company = await install(pool, config, Date.now(), async () => "");
    await sendFacts(connect, company, postings);
    return await postAll(pool, connect, company, postings);
  } finally {
    await pool.end();
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
  }
}

async function postAll(
  pool: pg.Pool,
  connect: RedisFactory,
  company: Company,
  postings: number,
): Promise<PostingRound> {
  const config = readConfig({});
  const logger = pino({ level: "warn" });
  const tracer = trace.getTracer("bench");
  const kinds = new Set(["account"] as const);
  const worker = createWorker({
    config,
    company,
    pool,
    connect,
    gateways: {},
    tracer,
    logger,
    metrics: noMetrics,
    kinds,
  });
  const startedMs = performance.now();
  await worker.start();
  while (!(await isDone(pool, postings))) await new Promise((resolve) => setTimeout(resolve, 10));
  const seconds = (performance.now() - startedMs) / 1_000;
  await worker.stop();
  const { rows } = await pool.query<{ entries: number }>("select count(*) as entries from entries");
  if (rows[0]?.entries !== postings) throw new Error(`expected ${postings} entries, got ${rows[0]?.entries}`);
  return { postings, seconds, perSecond: Math.round(postings / seconds) };
}

async function isDone(pool: pg.Pool, postings: number): Promise<boolean> {
  const { rows } = await pool.query<{ posted: number }>(
    `select coalesce(sum((inbox ->> ('tasks/' || partition || '<${SOURCE}'))::bigint), 0)::bigint as posted
       from partitions where kind = 'account'`,
  );
  return (rows[0]?.posted ?? 0) >= postings;
}

async function sendFacts(connect: RedisFactory, company: Company, postings: number): Promise<void> {
  const redis = await ready(connect("commands"));
  definePublish(redis);
  await redis.flushall();
  const facts = factsByPartition(company, postings);
  for (const [partition, envelopes] of facts.entries()) {
    const to = { topic: "tasks", partition } as const;
    await redis.xgroup("CREATE", streamKey(to), "account", "0", "MKSTREAM");
    for (let from = 0; from < envelopes.length; from += 500) {
      const pipeline = redis.pipeline();
      const run = { channel: { source: SOURCE, to }, base: 0, first: from + 1, mode: "next" as const };
      addRun(pipeline, { ...run, envelopes: envelopes.slice(from, from + 500) });
      await pipeline.exec();
    }
  }
  redis.disconnect();
}

function factsByPartition(company: Company, postings: number): string[][] {
  const accounts = Array.from({ length: ACCOUNTS }, () => newUuid());
  const facts: string[][] = Array.from({ length: company.partitions }, () => []);
  for (let index = 0; index < postings; index++) {
    const accountId = accounts[index % ACCOUNTS] ?? "";
    const channel = facts[partitionOf(accountId, company.partitions)] ?? [];
    channel.push(factOf(accountId, index, channel.length + 1, company.firstDate));
  }
  return facts;
}

function factOf(assigneeId: string, index: number, sequence: number, businessDate: BusinessDate): string {
  const id = derivedUuid(index, "bench fact", index);
  const isFee = index % 2 === 0;
  const data = {
    taskId: derivedUuid(index, "bench task", index),
    number: index + 1,
    title: "Sharpen the beak of the log-in page",
    jiraId: "UBERPOP-42",
    assigneeId,
    feeMinor: 15,
    rewardMinor: 30,
    by: assigneeId,
    businessDate,
    occurredAt: new Date().toISOString(),
    ...(isFee ? { assignment: 1 } : {}),
  };
  const type = isFee ? "task.assigned" : "task.completed";
  return JSON.stringify({
    specversion: "1.0",
    id,
    source: SOURCE,
    type,
    subject: `task/${data.taskId}`,
    time: data.occurredAt,
    datacontenttype: "application/json",
    dataschema: dataschema(type, 2),
    partitionkey: assigneeId,
    sequence: String(sequence),
    causationid: id,
    correlationid: id,
    traceparent: `00-${randomBytes(16).toString("hex")}-${randomBytes(8).toString("hex")}-00`,
    data,
  });
}
