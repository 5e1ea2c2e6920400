/** workers: what a second and a fourth worker process bring on this machine, and how long they stand still for it. */
import { setTimeout as sleep } from "node:timers/promises";
import { postgresPool } from "../../actors/runtime/postgres.ts";
import { redisFactory } from "../../streams/connection.ts";
import { coresNote, coresSince } from "../cores.ts";
import { quantile, shown } from "../figures.ts";
import { inTurns, type Lane, medianOf } from "../lanes.ts";
import { OurSystem } from "../our-system.ts";
import { appendFacts, madeFacts, postedOf, sourceOf } from "../posting-facts.ts";
import { rebalancePausesMs } from "../recovery.ts";
import { type Bench, type Row, type RowResult, ratio } from "../row.ts";
import { stopAtEnd } from "../stop-order.ts";

const FIGURE = "postings/s";
const ACCOUNTS = 1_000;
const WORKERS = [1, 2, 4];

export const workers: Row = {
  name: "workers",
  measured:
    "Facts sent into all partitions as fast as Redis takes them, until the last is in the book; by 1, 2 and 4 worker " +
    "processes that each own their share of every actor kind, projections included; and the cores that were used " +
    "meanwhile. Then how long each account partition that changes hands stands still when a worker joins and when it is " +
    "told to leave, while a fact comes to each every 100 ms.",
  notMeasured: "More than one machine. Workers that die: `npm run bench -- recovery`.",
  limits:
    "The cores. With all actors in one process, it and Postgres use most of two; more processes have smaller batches, each " +
    "with a commit of its own, and take turns on the same cores. On more cores the account partitions are what is shared out.",
  run,
};

async function run(bench: Bench): Promise<RowResult> {
  const postings = { quick: 10_000, report: 4_000, full: 30_000 }[bench.size];
  const lanes: Lane[] = [];
  for (const count of WORKERS) lanes.push(await laneOf(bench, count, postings));
  const results = await inTurns(lanes, bench.rounds, bench.tell);
  bench.tell("  a worker joins and leaves");
  const pausesMs = await rebalancePausesMs(bench.size === "full" ? 3 : 1);
  const [one, two, four] = WORKERS.map((count) => medianOf(results, nameOf(count), FIGURE));
  const told = (value: number | undefined) => (value === undefined ? "?" : shown(value));
  const { joins, leaves } = pausesMs;
  return {
    lanes: results,
    ratios: [],
    notes: [
      `2 workers: ${told(ratio(two, one))} times 1; 4 workers: ${told(ratio(four, one))} times 1.`,
      ...WORKERS.map((count) => coresNote(results, nameOf(count))),
      `A partition stands still when a worker joins: ${pauseOf(joins)}; when it leaves: ${pauseOf(leaves)}.`,
    ],
    lastLine:
      `workers: 1: ${told(one)}/s, 2: ${told(two)}/s, 4: ${told(four)}/s, ` +
      `rebalance pause ${told(quantile(sorted(joins), 0.5))} ms to join, ${told(quantile(sorted(leaves), 0.5))} ms to leave`,
  };
}

/** Started once: a system that is idle while another is measured costs some percent of a core. */
async function laneOf({ servers }: Bench, count: number, postings: number): Promise<Lane> {
  const databaseUrl = await servers.installedDatabase();
  const system = await OurSystem.start(servers, { databaseUrl, workers: count });
  const pool = postgresPool(databaseUrl, 1, () => {});
  stopAtEnd(() => pool.end());
  return {
    name: nameOf(count),
    kind: "ours",
    setup: `the defaults; ${shown(postings)} facts a round on ${shown(ACCOUNTS)} accounts`,
    async round(round) {
      const source = sourceOf(round);
      const facts = await madeFacts(databaseUrl, { postings, accounts: ACCOUNTS }, source);
      await servers.settle();
      const coresOf = coresSince(servers, system.workerPids);
      const startedMs = performance.now();
      await appendFacts(
        redisFactory(system.redisUrl, () => {}),
        facts,
        source,
      );
      while ((await postedOf(pool, source)) < postings) await sleep(10);
      const perSecond = postings / ((performance.now() - startedMs) / 1_000);
      const cores = coresOf();
      await system.settled();
      return { [FIGURE]: perSecond, ...cores };
    },
  };
}

function pauseOf(pausesMs: readonly number[]): string {
  const inOrder = sorted(pausesMs);
  return (
    `median ${shown(quantile(inOrder, 0.5))} ms, worst ${shown(quantile(inOrder, 1))} ms ` +
    `of ${pausesMs.length} partitions`
  );
}

function sorted(figures: readonly number[]): number[] {
  return figures.toSorted((a, b) => a - b);
}

function nameOf(count: number): string {
  return count === 1 ? "1 worker" : `${count} workers`;
}
