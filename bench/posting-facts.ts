/** Facts of the board that wait in the partitions of `tasks`: half of them cost a fee, half pay a reward. */
import { randomBytes } from "node:crypto";
import type pg from "pg";
import { postgresPool } from "../actors/runtime/postgres.ts";
import { readCompany } from "../ops/install.ts";
import type { BusinessDate } from "../schemas/business-date.ts";
import type { Company } from "../schemas/company.ts";
import { dataschema } from "../schemas/envelope.ts";
import { derivedUuid, newUuid, type Uuid } from "../schemas/ids.ts";
import { type RedisFactory, ready, redisFactory } from "../streams/connection.ts";
import { partitionOf } from "../streams/partition.ts";
import { addRun, definePublish } from "../streams/publish.ts";
import { streamKey } from "../streams/topology.ts";

const ENVELOPES_PER_RUN = 500;

export interface PostingLoad {
  readonly postings: number;
  /** How many, or which. */
  readonly accounts: number | readonly Uuid[];
}

/** A board that no worker owns: nobody resends or forgets what comes from it. Each load has its own. */
export function sourceOf(load: number): string {
  return `/ates/task-board/${load}`;
}

/** Into an empty Redis, for workers that have not started. Answers how many wait in each partition. */
export async function sendFacts(
  connect: RedisFactory,
  company: Company,
  load: PostingLoad,
  source = sourceOf(0),
): Promise<number[]> {
  const redis = await ready(connect("commands"));
  await redis.flushall();
  for (let partition = 0; partition < company.partitions; partition++) {
    await redis.xgroup("CREATE", streamKey({ topic: "tasks", partition }), "account", "0", "MKSTREAM");
  }
  redis.disconnect();
  const facts = factsByPartition(company, load, source);
  await appendFacts(connect, facts, source);
  return facts.map((envelopes) => envelopes.length);
}

/** The same, to wait for a process that is told of it afterwards: making facts is not what its memory is measured for. */
export async function sendFactsFor(
  databaseUrl: string,
  redisUrl: string,
  load: PostingLoad,
  source: string,
): Promise<void> {
  const pool = postgresPool(databaseUrl, 1, () => {});
  const company = await readCompany(pool);
  await pool.end();
  await sendFacts(
    redisFactory(redisUrl, () => {}),
    company,
    load,
    source,
  );
}

/** Made before, for a clock that starts when they are sent. */
export async function madeFacts(
  databaseUrl: string,
  load: PostingLoad,
  source: string,
): Promise<readonly (readonly string[])[]> {
  const pool = postgresPool(databaseUrl, 1, () => {});
  const company = await readCompany(pool);
  await pool.end();
  return factsByPartition(company, load, source);
}

/** Into the streams as they are, as fast as Redis takes them, all partitions at the same time. */
export async function appendFacts(
  connect: RedisFactory,
  facts: readonly (readonly string[])[],
  source: string,
): Promise<void> {
  const redis = await ready(connect("commands"));
  definePublish(redis);
  const longest = Math.max(...facts.map((envelopes) => envelopes.length));
  for (let from = 0; from < longest; from += ENVELOPES_PER_RUN) {
    const pipeline = redis.pipeline();
    for (const [partition, envelopes] of facts.entries()) {
      const some = envelopes.slice(from, from + ENVELOPES_PER_RUN);
      if (some.length === 0) continue;
      const channel = { source, to: { topic: "tasks", partition } } as const;
      addRun(pipeline, { channel, base: 0, first: from + 1, mode: "next", envelopes: some });
    }
    await pipeline.exec();
  }
  redis.disconnect();
}

/** How many of a source's facts are in the book. */
export async function postedOf(pool: pg.Pool, source: string): Promise<number> {
  const { rows } = await pool.query<{ posted: number }>(
    `select coalesce(sum((inbox ->> ('tasks/' || partition || '<' || $1))::bigint), 0)::bigint as posted
       from partitions where kind = 'account'`,
    [source],
  );
  return rows[0]?.posted ?? 0;
}

function factsByPartition(company: Company, { postings, accounts }: PostingLoad, source: string): string[][] {
  const ids = typeof accounts === "number" ? Array.from({ length: accounts }, () => newUuid()) : accounts;
  const facts: string[][] = Array.from({ length: company.partitions }, () => []);
  for (let index = 0; index < postings; index++) {
    const accountId = ids[index % ids.length] ?? "";
    const channel = facts[partitionOf(accountId, company.partitions)] ?? [];
    channel.push(factOf(accountId, index, source, channel.length + 1, company.firstDate));
  }
  return facts;
}

function factOf(
  assigneeId: string,
  index: number,
  source: string,
  sequence: number,
  businessDate: BusinessDate,
): string {
  const id = derivedUuid(index, "bench fact", source, index);
  const isFee = index % 2 === 0;
  const data = {
    taskId: derivedUuid(index, "bench task", source, index),
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
    source,
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
