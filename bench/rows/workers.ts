/** workers: what a second and a fourth worker process bring on this machine. */
import { setTimeout as sleep } from "node:timers/promises";
import { postgresPool } from "../../actors/runtime/postgres.ts";
import { readCompany } from "../../ops/install.ts";
import { redisFactory } from "../../streams/connection.ts";
import { shown } from "../figures.ts";
import { inTurns, type Lane, medianOf } from "../lanes.ts";
import { OurSystem } from "../our-system.ts";
import { postedOf, sendFactsInto, sourceOf } from "../posting-facts.ts";
import { type Bench, type Row, type RowResult, ratio } from "../row.ts";

const FIGURE = "postings/s";
const ACCOUNTS = 1_000;
const WORKERS = [1, 2, 4];

export const workers: Row = {
  name: "workers",
  measured:
    "Facts sent into all partitions as fast as Redis takes them, until the last is in the book; by 1, 2 and 4 worker " +
    "processes that each own their share of every actor kind, projections included.",
  notMeasured:
    "More than one machine. How long a partition stands still when workers come and go: `npm run bench -- recovery`.",
  run,
};

async function run(bench: Bench): Promise<RowResult> {
  const postings = bench.isQuick ? 15_000 : 40_000;
  const lanes = WORKERS.map((count) => laneOf(bench, count, postings));
  const results = await inTurns(lanes, bench.rounds, bench.tell);
  const medians = WORKERS.map((count) => medianOf(results, nameOf(count), FIGURE));
  const [one, two, four] = medians;
  const told = (value: number | undefined) => (value === undefined ? "?" : shown(value));
  return {
    lanes: results,
    ratios: [],
    notes: [`2 workers: ${told(ratio(two, one))} times 1; 4 workers: ${told(ratio(four, one))} times 1.`],
    lastLine: `workers: 1: ${told(one)}/s, 2: ${told(two)}/s, 4: ${told(four)}/s`,
  };
}

function laneOf({ servers }: Bench, count: number, postings: number): Lane {
  return {
    name: nameOf(count),
    kind: "ours",
    setup: "the defaults; started before the clock",
    async round(round) {
      const databaseUrl = await servers.installedDatabase();
      const system = await OurSystem.start(servers, { databaseUrl, workers: count });
      const pool = postgresPool(databaseUrl, 1, () => {});
      const company = await readCompany(pool);
      const source = sourceOf(round);
      await servers.settle();
      const startedMs = performance.now();
      await sendFactsInto(
        redisFactory(system.redisUrl, () => {}),
        company,
        { postings, accounts: ACCOUNTS },
        source,
      );
      while ((await postedOf(pool, source)) < postings) await sleep(10);
      const perSecond = postings / ((performance.now() - startedMs) / 1_000);
      await pool.end();
      await system.stop();
      await servers.drop(databaseUrl);
      return { [FIGURE]: perSecond };
    },
  };
}

function nameOf(count: number): string {
  return count === 1 ? "1 worker" : `${count} workers`;
}
