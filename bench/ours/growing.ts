/**
 * Ours: one worker that goes on from round to round, as one in production does, so that in the end it keeps in memory as
 * many accounts as it ever will. It tells how many postings it made a second, how long its batches took, and its size.
 */
import type pg from "pg";
import { noMetrics } from "../../actors/runtime/metrics.ts";
import { keepHeapSmall } from "../../ops/heap.ts";
import { readCompany } from "../../ops/install.ts";
import { quantile } from "../figures.ts";
import { postedOf } from "../posting-facts.ts";
import { runProgram, until } from "../program.ts";
import { accountWorker, defaultPool, type Place } from "./account-worker.ts";

export interface GrowingTask extends Place {
  /** How many facts of the source are sent when the clock starts. */
  readonly postings: number;
  readonly source: string;
}

let pool: pg.Pool | undefined;
let firstDate: string;
let task: GrowingTask;
let posted = 0;
const batchesMs: number[] = [];
keepHeapSmall(); // as every role does

runProgram<GrowingTask>({
  async prepare(given) {
    task = given;
    pool ??= await startedIn(given);
    batchesMs.length = 0;
  },

  async measure() {
    const startedMs = performance.now();
    await until(async () => (await postedOf(opened(), task.source)) >= task.postings, 10);
    const seconds = (performance.now() - startedMs) / 1_000;
    return {
      "postings/s": task.postings / seconds,
      "batch p99 ms": quantile(
        batchesMs.toSorted((a, b) => a - b),
        0.99,
      ),
      "worker MiB": process.memoryUsage().rss / 2 ** 20,
    };
  },

  /** What is dated on the open date is new. */
  async clear() {
    posted += task.postings;
    const { rows } = await opened().query<{ entries: number }>(
      "select count(*) as entries from entries where business_date >= $1",
      [firstDate],
    );
    const entries = rows[0]?.entries;
    if (entries !== posted) throw new Error(`expected ${posted} new entries, got ${entries}`);
  },
});

/** Owns every account partition from then on, and reads all of them. */
async function startedIn(place: Place): Promise<pg.Pool> {
  const started = defaultPool(place.databaseUrl);
  const company = await readCompany(started);
  firstDate = company.firstDate;
  const batch = (_kind: string, _entries: number, _letters: number, durationMs: number) =>
    void batchesMs.push(durationMs);
  const worker = await accountWorker(started, place, { ...noMetrics, batch });
  await worker.start();
  await until(() => worker.ownedCount === company.partitions, 10);
  return started;
}

function opened(): pg.Pool {
  if (pool === undefined) throw new Error("expected to be prepared");
  return pool;
}
