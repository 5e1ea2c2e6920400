/** growth: does the book get slower, and the worker bigger, with accounts and history? */
import { seedAccounts } from "../account-seed.ts";
import { seedPool } from "../board-seed.ts";
import { shown } from "../figures.ts";
import { LaneProcess } from "../lane-process.ts";
import { inTurns, type Lane, medianOf } from "../lanes.ts";
import type { OurPostingTask } from "../ours/posting.ts";
import { sendFactsFor, sourceOf } from "../posting-facts.ts";
import { type Bench, type Row, type RowResult, ratio } from "../row.ts";

const FIGURE = "postings/s";
const MEMORY = "worker MiB";
/** Accounts, and entries of each: the largest has ten million entries. */
const SIZES = [
  { accounts: 1_000, entriesEach: 10 },
  { accounts: 100_000, entriesEach: 10 },
  { accounts: 1_000_000, entriesEach: 10 },
];
const SIZES_QUICK = [
  { accounts: 1_000, entriesEach: 10 },
  { accounts: 10_000, entriesEach: 10 },
  { accounts: 50_000, entriesEach: 10 },
];

export const growth: Row = {
  name: "growth",
  measured:
    "As `posting`, in databases that hold more and more accounts and ten entries of each before: facts for accounts drawn " +
    "from all of them, by a worker that has just started; the memory of the worker's process at its end; the size of the " +
    "entries on disk with their indexes.",
  notMeasured: "Databases larger than memory; years of history on few accounts.",
  run,
};

async function run(bench: Bench): Promise<RowResult> {
  const sizes = bench.isQuick ? SIZES_QUICK : SIZES;
  const notes: string[] = [];
  const lanes: Lane[] = [];
  for (const size of sizes) {
    bench.tell(`  filling a book with ${shown(size.accounts)} accounts`);
    const { lane, bytesPerEntry } = await laneOf(bench, size);
    lanes.push(lane);
    notes.push(`${lane.name}: ${shown(bytesPerEntry)} bytes per entry, indexes included.`);
  }
  const results = await inTurns(lanes, bench.rounds, bench.tell);
  const names = lanes.map(({ name }) => name);
  const [least, most] = [names[0] ?? "", names.at(-1) ?? ""];
  const value = ratio(medianOf(results, most, FIGURE), medianOf(results, least, FIGURE));
  const memory = medianOf(results, most, MEMORY);
  return {
    lanes: results,
    ratios: [
      { name: `growth: throughput at ${most} / at ${least}`, value, reach: 0.75, aim: 0.9, better: "higher" },
      { name: `worker memory at ${most}, MiB`, value: memory, reach: 400, aim: 250, better: "lower" },
    ],
    notes,
    lastLine:
      `growth: ${results.map(({ name, figures }) => `${name} ${shown(figures[FIGURE]?.median ?? 0)}/s`).join(", ")}, ` +
      `worker ${shown(memory ?? 0)} MiB, ratio ${shown(value ?? 0)}`,
  };
}

interface Size {
  readonly accounts: number;
  readonly entriesEach: number;
}

/** All rounds go on in the same database: each adds its own facts. */
async function laneOf(
  { servers, isQuick }: Bench,
  { accounts, entriesEach }: Size,
): Promise<{ lane: Lane; bytesPerEntry: number }> {
  const databaseUrl = await servers.installedDatabase();
  const ids = await seedAccounts(databaseUrl, { accounts, entriesEach, balanceMinor: 150 });
  const postings = isQuick ? 10_000 : 30_000;
  const program = new LaneProcess<OurPostingTask>("ours/posting.ts");
  const lane: Lane = {
    name: `${shown(accounts)} accounts`,
    kind: "ours",
    setup: `${shown(accounts * entriesEach)} entries before; ${shown(postings)} facts a round`,
    async round(round) {
      const drawn = Array.from({ length: postings }, () => ids[Math.floor(Math.random() * ids.length)] ?? "");
      const { redisUrl } = servers;
      const source = sourceOf(round);
      await sendFactsFor(databaseUrl, redisUrl, { postings, accounts: drawn }, source);
      return program.round({ databaseUrl, redisUrl, postings, source }, () => servers.settle());
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
