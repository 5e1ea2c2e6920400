/** growth: does the book get slower, and the worker bigger, with accounts and history? */
import { redisFactory } from "../../streams/connection.ts";
import { seedAccounts } from "../account-seed.ts";
import { seedPool } from "../board-seed.ts";
import { coresNote, coresSince } from "../cores.ts";
import { type Figures, shown } from "../figures.ts";
import { LaneProcess } from "../lane-process.ts";
import { inTurns, type Lane, medianOf } from "../lanes.ts";
import type { GrowingTask } from "../ours/growing.ts";
import { appendFacts, madeFacts, sourceOf } from "../posting-facts.ts";
import { type Bench, type Row, type RowResult, ratio } from "../row.ts";

const FIGURE = "postings/s";
const MEMORY = "worker MiB";
/** The largest book has ten million entries at the full size: filling it takes three minutes. */
const BOOKS = {
  quick: { accounts: [1_000, 10_000, 50_000], entriesEach: 10, postings: 20_000 },
  report: { accounts: [1_000, 100_000, 1_000_000], entriesEach: 1, postings: 20_000 },
  full: { accounts: [1_000, 100_000, 1_000_000], entriesEach: 10, postings: 60_000 },
} as const;

export const growth: Row = {
  name: "growth",
  measured:
    "Facts for accounts drawn from all of a book, sent as fast as Redis takes them, until the last is in it: in books that " +
    "hold more and more accounts, and some entries of each before (ten at the full size; in " +
    "the short report one). One worker with the account actors each, which goes on " +
    "from round to round: the 99th percentile of its batches, from their start to what is sent after their commit, and the " +
    "memory of its process after each round. The size of the entries on disk with their indexes.",
  notMeasured:
    "Databases larger than memory; years of history on few accounts; the projections beside the accounts.",
  limits:
    "At a million accounts a posting costs Postgres 130 to 200 µs of CPU in place of 65 at a thousand, and the worker 170 in " +
    "place of 117: nine accounts of ten are read first, the collector takes 34 µs in place of 18, and nothing that either " +
    "touches is near. Pages are logged whole when they are the first since a checkpoint, 7 KiB a posting at 400,000 accounts; " +
    "but rounds without a checkpoint before them are no quicker (5,003/s beside 5,150). Tried, and not kept: compressing those " +
    "pages (pglz: half the log, and 190 µs of Postgres a posting in place of 110), 2 GB of shared buffers in place of 256 MB " +
    "(4,466/s beside 4,533 with ten million entries), 1,000 accounts kept a partition (5,088/s beside 5,228). " +
    "The worker's memory is what V8 lets grow between collections (ops/heap.ts), what is read ahead, and the accounts that are " +
    "kept: 6,000 a partition, since with 10,000 it was at 419 MiB with ten million entries.",
  run,
};

async function run(bench: Bench): Promise<RowResult> {
  const notes: string[] = [];
  const lanes: Lane[] = [];
  const { accounts: sizes, ...load } = BOOKS[bench.size];
  for (const accounts of sizes) {
    bench.tell(`  filling a book with ${shown(accounts)} accounts and ${load.entriesEach} entries of each`);
    const startedMs = performance.now();
    const { lane, bytesPerEntry } = await laneOf(bench, { accounts, ...load });
    const seconds = (performance.now() - startedMs) / 1_000;
    lanes.push(lane);
    notes.push(
      `${lane.name}: ${shown(bytesPerEntry)} bytes per entry, indexes included; filled in ${shown(seconds)} s.`,
    );
  }
  const results = await inTurns(lanes, bench.rounds, bench.tell);
  const names = lanes.map(({ name }) => name);
  const [least, most] = [names[0] ?? "", names.at(-1) ?? ""];
  const value = ratio(medianOf(results, most, FIGURE), medianOf(results, least, FIGURE));
  // The most, not the median: it grows until it keeps as many accounts as it may.
  const memory = results.at(-1)?.figures[MEMORY]?.most;
  return {
    lanes: results,
    ratios: [
      { name: `growth: throughput at ${most} / at ${least}`, value, reach: 0.75, aim: 0.9, better: "higher" },
      { name: `worker memory at ${most}, MiB`, value: memory, reach: 400, aim: 250, better: "lower" },
    ],
    notes: [...notes, ...names.map((name) => coresNote(results, name))],
    lastLine:
      `growth: ${results.map(({ name, figures }) => `${name} ${shown(figures[FIGURE]?.median ?? 0)}/s`).join(", ")}, ` +
      `worker ${shown(memory ?? 0)} MiB, ratio ${shown(value ?? 0)}`,
  };
}

interface Book {
  readonly accounts: number;
  readonly entriesEach: number;
  /** In a round. */
  readonly postings: number;
}

/** All rounds go on in the same book: each adds its own facts. */
async function laneOf(
  { servers }: Bench,
  { accounts, entriesEach, postings }: Book,
): Promise<{ lane: Lane; bytesPerEntry: number }> {
  const databaseUrl = await servers.installedDatabase();
  const redisUrl = await servers.redisOfItsOwn();
  const ids = await seedAccounts(databaseUrl, {
    accounts,
    entriesEach,
    balanceMinor: 150,
    hasPeople: false,
  });
  const program = new LaneProcess<GrowingTask>("ours/growing.ts");
  const lane: Lane = {
    name: `${shown(accounts)} accounts`,
    kind: "ours",
    setup: `the defaults; ${shown(accounts * entriesEach)} entries before; ${shown(postings)} facts a round`,
    async round(round) {
      const drawn = Array.from({ length: postings }, () => ids[Math.floor(Math.random() * ids.length)] ?? "");
      const source = sourceOf(round);
      const facts = await madeFacts(databaseUrl, { postings, accounts: drawn }, source);
      let sent: Promise<void> | undefined;
      let cores = (): Figures => ({});
      const figures = await program.round({ databaseUrl, redisUrl, postings, source }, async () => {
        await servers.settle();
        cores = coresSince(servers, [program.pid]);
        sent = appendFacts(
          redisFactory(redisUrl, () => {}),
          facts,
          source,
        );
      });
      await sent;
      return { ...figures, ...cores() };
    },
  };
  return { lane, bytesPerEntry: (await bytesOfEntries(databaseUrl)) / (accounts * entriesEach) };
}

async function bytesOfEntries(databaseUrl: string): Promise<number> {
  const pool = seedPool(databaseUrl);
  const { rows } = await pool.query<{ bytes: number }>("select pg_total_relation_size('entries') as bytes");
  await pool.end();
  return rows[0]?.bytes ?? 0;
}
