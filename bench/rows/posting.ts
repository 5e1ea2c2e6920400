/** posting: facts waiting in 16 partitions, until they are in the book. */

import type { PlainSqlTask } from "../ceilings/plain-sql-posting.ts";
import type { StreamReadTask } from "../ceilings/stream-read.ts";
import { shown } from "../figures.ts";
import { LaneProcess } from "../lane-process.ts";
import { bestPeer, inTurns, type Lane, medianOf } from "../lanes.ts";
import type { OurPostingTask } from "../ours/posting.ts";
import type { PeerTask } from "../peers/posting.ts";
import { sendFactsFor, sourceOf } from "../posting-facts.ts";
import { type Bench, type Row, type RowResult, ratio } from "../row.ts";

const ACCOUNTS = 1_000;
const FIGURE = "postings/s";
const OURS = "aTES";
/** Not what the ratio is about: the unit of its work, and of its failures, is a batch and no longer a message. */
const PG_BOSS_BATCH = "pg-boss, a statement per batch";
const PLAIN_SQL = "plain SQL, same rows";

export const posting: Row = {
  name: "posting",
  measured:
    "From the start of the workers, with all facts waiting, to the last commit: entries, balances, outbox and marks " +
    "committed by one process, published and acknowledged. The peers: an idempotent entry and the balance per message, " +
    "until their queue is empty; also one process each.",
  notMeasured:
    "Making the facts, HTTP, the actors that read the ledger's facts, replicas of Postgres or Redis.",
  limits:
    "One thread of Node: 87 to 105 µs of CPU a posting, a tenth of it the garbage collector, the rest in equal parts " +
    "reading (RESP, JSON, schemas), deciding and hashing, and writing (JSON, parameters); Postgres 44 to 51, Redis 12. Ten " +
    "times the best queue would be more than plain SQL does here. Kept: a commit is one statement for all partitions " +
    "that are ready (2.2 of the best peer before, 3.2 after). Tried, and not kept: batches of 250 and 1,000, reading " +
    "ahead 0.5 and 4 MiB, a limit to what is decided and not committed, one packet for several statements, plans " +
    "without parameters (the same plan is taken), a young generation of 64 MiB (8 % for 100 MiB of memory).",
  run,
};

async function run(bench: Bench): Promise<RowResult> {
  // A quick look ends within a minute: it leaves out whoever is no peer of the ratio.
  const peers = PEERS.filter(({ name }) => bench.size !== "quick" || name !== PG_BOSS_BATCH);
  const lanes = [...ourLanes(bench), ...(bench.hasPeers ? peers.map((peer) => peerLane(bench, peer)) : [])];
  const results = await inTurns(lanes, bench.rounds, bench.tell);
  const [ours, plainSql] = [medianOf(results, OURS, FIGURE), medianOf(results, PLAIN_SQL, FIGURE)];
  const best = bestPeer(
    results.filter(({ name }) => name !== PG_BOSS_BATCH),
    FIGURE,
  );
  const peer = best?.figures[FIGURE]?.median;
  const byPeer = ratio(ours, peer);
  const bySql = ratio(ours, plainSql);
  const told = (value: number | undefined) => (value === undefined ? "?" : shown(value));
  return {
    lanes: results,
    ratios: [
      { name: "posting / best peer", value: byPeer, reach: 10, aim: 15, better: "higher" },
      { name: "posting / plain SQL same rows", value: bySql, reach: 0.6, aim: 0.8, better: "higher" },
    ],
    notes: [batchNote(ours, medianOf(results, PG_BOSS_BATCH, FIGURE))],
    lastLine:
      `posting: ours ${told(ours)}/s, best peer ${told(peer)}/s (${best?.name ?? "not measured"}), ` +
      `plain SQL ${told(plainSql)}/s, ratios ${told(byPeer)}, ${told(bySql)}`,
  };
}

function batchNote(ours: number | undefined, batched: number | undefined): string {
  const times = ratio(ours, batched);
  return (
    `The best peer is the best of those that handle each message for itself, as aTES does. Beside ${PG_BOSS_BATCH}, ` +
    `where one failing message fails its batch: ${times === undefined ? "not measured" : `${shown(times)} times`}.`
  );
}

/** Ours, and the ceilings: what our lane wrote in its last round is what plain SQL writes again. */
function ourLanes({ servers, size }: Bench): Lane[] {
  const postings = { quick: 20_000, report: 20_000, full: 60_000 }[size];
  const load = { postings, accounts: ACCOUNTS };
  const { redisUrl } = servers;
  const ours = new LaneProcess<OurPostingTask>("ours/posting.ts");
  const sql = new LaneProcess<PlainSqlTask>("ceilings/plain-sql-posting.ts");
  const stream = new LaneProcess<StreamReadTask>("ceilings/stream-read.ts");
  let written: string | undefined;
  return [
    {
      name: OURS,
      kind: "ours",
      setup: `the defaults; ${shown(load.postings)} facts on ${shown(ACCOUNTS)} accounts`,
      async round() {
        if (written !== undefined) await servers.drop(written);
        written = await servers.installedDatabase();
        const source = sourceOf(0);
        await sendFactsFor(written, redisUrl, load, source);
        const task = { databaseUrl: written, redisUrl, postings: load.postings, source };
        return ours.round(task, () => servers.settle());
      },
    },
    {
      name: PLAIN_SQL,
      kind: "ceiling",
      setup:
        "8 connections, batches of 1,000 rows, prepared statements; tried: 4, 8, 16 connections, 500 to 2,000 rows",
      async round() {
        const databaseUrl = await servers.installedDatabase();
        const task = { rowsUrl: written ?? "", databaseUrl, connections: 8, batchRows: 1_000 };
        const figures = await sql.round(task, () => servers.settle());
        await servers.drop(databaseUrl);
        return figures;
      },
    },
    {
      name: "stream read and acknowledge",
      kind: "ceiling",
      setup: "a connection per partition, 500 entries at a time",
      async round() {
        const databaseUrl = await servers.installedDatabase();
        const figures = await stream.round({ ...load, databaseUrl, redisUrl }, () => servers.settle());
        await servers.drop(databaseUrl);
        return figures;
      },
    },
  ];
}

/** How a peer is run: what was tried, and what was best. */
interface PeerSetup {
  readonly name: string;
  readonly program: string;
  readonly setup: string;
  readonly settings: Partial<PeerTask> & { readonly asOne?: boolean };
}

const TUNED = { concurrency: 32, connections: 16, batch: 1 };

const PEERS: readonly PeerSetup[] = [
  {
    name: "BullMQ",
    program: "peers/bullmq.ts",
    setup:
      "concurrency 128, 16 connections to Postgres, jobs added in bulk and removed on completion; tried: 16, 64, 128; " +
      "8 connections",
    settings: { concurrency: 128 },
  },
  {
    name: "graphile-worker",
    program: "peers/graphile-worker.ts",
    setup:
      "32 concurrent jobs, 16 connections, local queue of 500, completions batched; tried: 16, 64 jobs; 8, 32 " +
      "connections; queues of 100 and 1,000",
    settings: { batch: 500 },
  },
  {
    name: "pg-boss",
    program: "peers/pg-boss.ts",
    setup:
      "batches of 32 whose jobs are posted beside each other, no pause while batches are full, 16 connections",
    settings: { batch: 32 },
  },
  {
    name: PG_BOSS_BATCH,
    program: "peers/pg-boss.ts",
    setup:
      "batches of 500, two at a time, each posted in one statement: a message that fails fails 499 others",
    settings: { batch: 500, concurrency: 1_000, asOne: true },
  },
  {
    name: "@moleculer/channels",
    program: "peers/moleculer-channels.ts",
    setup: "1,000 messages in flight, 16 connections to Postgres; tried: 64, 256, 512; 8 connections",
    settings: { concurrency: 1_000 },
  },
];

function peerLane({ servers, size }: Bench, { name, program, setup, settings }: PeerSetup): Lane {
  const lane = new LaneProcess<PeerTask>(program);
  return {
    name,
    kind: "peer",
    setup,
    async round() {
      await servers.flushRedis();
      const databaseUrl = await servers.emptyDatabase();
      const load = { messages: { quick: 1_500, report: 2_000, full: 5_000 }[size], accounts: ACCOUNTS };
      const urls = { databaseUrl, redisUrl: servers.redisUrl };
      const figures = await lane.round({ ...load, ...urls, ...TUNED, ...settings }, () => servers.settle());
      await servers.drop(databaseUrl);
      return figures;
    },
  };
}
