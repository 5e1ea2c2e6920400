/** Ceiling: the same entries of the same streams read by the group and acknowledged, and nothing done with them. */
import type { Redis } from "ioredis";
import { postgresPool } from "../../actors/runtime/postgres.ts";
import { readConfig } from "../../ops/config.ts";
import { readCompany } from "../../ops/install.ts";
import { ready, redisFactory } from "../../streams/connection.ts";
import { streamKey } from "../../streams/topology.ts";
import { type PostingLoad, sendFacts } from "../posting-facts.ts";
import { runProgram } from "../program.ts";

export interface StreamReadTask extends PostingLoad {
  readonly databaseUrl: string;
  readonly redisUrl: string;
}

type Reply = [key: string, entries: [id: string, fields: string[]][]][] | null;

let clients: Redis[];
let waiting: number[];

runProgram<StreamReadTask>({
  async prepare(task) {
    const pool = postgresPool(task.databaseUrl, 1, () => {});
    const company = await readCompany(pool);
    await pool.end();
    const connect = redisFactory(task.redisUrl, () => {});
    waiting = await sendFacts(connect, company, task);
    clients = await Promise.all(waiting.map(() => ready(connect("commands"))));
  },

  async measure() {
    const startedMs = performance.now();
    const read = await Promise.all(clients.map(readPartition));
    const seconds = (performance.now() - startedMs) / 1_000;
    return { "postings/s": read.reduce((sum, count) => sum + count, 0) / seconds };
  },

  async clear() {
    for (const client of clients) client.disconnect();
  },
});

async function readPartition(redis: Redis, partition: number): Promise<number> {
  const key = streamKey({ topic: "tasks", partition });
  const countMax = readConfig({}).batchEntriesMax;
  for (let read = 0; ; ) {
    if (read === waiting[partition]) return read;
    const reply = (await redis.call(
      ...["XREADGROUP", "GROUP", "account", "owner", "COUNT", countMax, "STREAMS", key, ">"],
    )) as Reply;
    const ids = reply?.[0]?.[1].map(([id]) => id) ?? [];
    await redis.xack(key, "account", ...ids);
    read += ids.length;
  }
}
