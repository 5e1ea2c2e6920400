/** Ours: facts that wait when a worker starts, until the last is in the book. */
import type pg from "pg";
import type { Host } from "../../actors/runtime/host.ts";
import { keepHeapSmall } from "../../ops/heap.ts";
import { postedOf } from "../posting-facts.ts";
import { runProgram, until } from "../program.ts";
import { accountWorker, defaultPool, type Place } from "./account-worker.ts";

export interface OurPostingTask extends Place {
  /** How many facts of the source wait. */
  readonly postings: number;
  readonly source: string;
}

let pool: pg.Pool;
let worker: Host;
let postings: number;
let source: string;
keepHeapSmall(); // as every role does

runProgram<OurPostingTask>({
  async prepare(task) {
    source = task.source;
    postings = task.postings;
    pool = defaultPool(task.databaseUrl);
    worker = await accountWorker(pool, task);
  },

  async measure() {
    const startedMs = performance.now();
    await worker.start();
    await until(async () => (await postedOf(pool, source)) >= postings, 10);
    return { "postings/s": postings / ((performance.now() - startedMs) / 1_000) };
  },

  async clear() {
    await worker.stop();
    const { rows } = await pool.query<{ entries: number }>("select count(*) as entries from entries");
    await pool.end();
    const entries = rows[0]?.entries;
    if (entries !== postings) throw new Error(`expected ${postings} entries, got ${entries}`);
  },
});
