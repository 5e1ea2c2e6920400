/** Facts of the board that wait in the partitions of `tasks`: half of them cost a fee, half pay a reward. */
import { randomBytes } from "node:crypto";
import type { BusinessDate } from "../schemas/business-date.ts";
import type { Company } from "../schemas/company.ts";
import { dataschema } from "../schemas/envelope.ts";
import { derivedUuid, newUuid } from "../schemas/ids.ts";
import { type RedisFactory, ready } from "../streams/connection.ts";
import { partitionOf } from "../streams/partition.ts";
import { addRun, definePublish } from "../streams/publish.ts";
import { streamKey } from "../streams/topology.ts";

/** A board that no worker owns: nobody resends or forgets what comes from it. */
export const SOURCE = "/ates/task-board/0";
const ENVELOPES_PER_RUN = 500;

export interface PostingLoad {
  readonly postings: number;
  readonly accounts: number;
}

/** Answers how many wait in each partition. */
export async function sendFacts(
  connect: RedisFactory,
  company: Company,
  load: PostingLoad,
): Promise<number[]> {
  const redis = await ready(connect("commands"));
  definePublish(redis);
  await redis.flushall();
  const facts = factsByPartition(company, load);
  for (const [partition, envelopes] of facts.entries()) {
    const to = { topic: "tasks", partition } as const;
    await redis.xgroup("CREATE", streamKey(to), "account", "0", "MKSTREAM");
    for (let from = 0; from < envelopes.length; from += ENVELOPES_PER_RUN) {
      const pipeline = redis.pipeline();
      const run = { channel: { source: SOURCE, to }, base: 0, first: from + 1, mode: "next" as const };
      addRun(pipeline, { ...run, envelopes: envelopes.slice(from, from + ENVELOPES_PER_RUN) });
      await pipeline.exec();
    }
  }
  redis.disconnect();
  return facts.map((envelopes) => envelopes.length);
}

function factsByPartition(company: Company, { postings, accounts }: PostingLoad): string[][] {
  const ids = Array.from({ length: accounts }, () => newUuid());
  const facts: string[][] = Array.from({ length: company.partitions }, () => []);
  for (let index = 0; index < postings; index++) {
    const accountId = ids[index % accounts] ?? "";
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
