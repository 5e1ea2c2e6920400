/** latency: how long one person waits for `complete`, and for the money on the account. */
import { postgresPool } from "../../actors/runtime/postgres.ts";
import { seedBoard, Tokens } from "../board-seed.ts";
import { callAll } from "../callers.ts";
import { EntryWatch } from "../entry-watch.ts";
import { type Figures, latencies, shown } from "../figures.ts";
import { inTurns, type Lane, medianOf } from "../lanes.ts";
import { Completions } from "../our-completions.ts";
import { OurSystem } from "../our-system.ts";
import { RESTATE_SETUP, restateCompletions, startRestate } from "../restate-lane.ts";
import { type Bench, type Row, type RowResult, ratio } from "../row.ts";

const OURS = "aTES";
const COMMIT = "one small commit";
const RESTATE = "Restate";
/** Nobody sends more than their rate limit allows. */
const PEOPLE = 256;
const CALLERS = [1, 16];
const WARM_UP = 600;
const ANSWER = "1 caller, answer p50 ms";
const ENTRY = "1 caller, entry p50 ms";

export const latency: Row = {
  name: "latency",
  measured:
    "From the request of `complete` over HTTP to its answer, which comes after the commit, and to the moment when anybody " +
    "can read the reward in the book; by 1 caller and by 16 who each wait for their answer. An edge and a worker with " +
    "all actors, each a process. Beside: one insert of a short row, with its commit; a completed task in Restate.",
  notMeasured: "Networks, TLS, browsers; log-ins. In Restate, when the reward is on the account.",
  limits:
    "Five round trips in a row between four processes. By stamps in each of them, of 8.9 ms on a busy machine: 1.3 " +
    "until the edge appends, 1.0 until the worker reads, 0.2 until its turn, 0.7 for the look-up of an earlier " +
    "outcome, 0.3 to decide, 2.7 to commit, 0.9 until the edge hears of it, 0.6 until the caller does. The commit " +
    "writes seven tables in one statement: 0.8 ms of Postgres and the same fsync. Without the look-up it would be a " +
    "tenth quicker, but whoever repeats an old command could make the board read itself anew at will.",
  run,
};

async function run(bench: Bench): Promise<RowResult> {
  const calls = { quick: 150, report: 150, full: 400 }[bench.size];
  const lanes = [await ourLane(bench, calls), await commitLane(bench, calls)];
  if (bench.hasPeers) lanes.push(await restateLane(bench, calls));
  const results = await inTurns(lanes, bench.rounds, bench.tell);
  const [answer, entry] = [medianOf(results, OURS, ANSWER), medianOf(results, OURS, ENTRY)];
  const [commit, restate] = [medianOf(results, COMMIT, ANSWER), medianOf(results, RESTATE, ANSWER)];
  const [toCommit, entryToCommit, toRestate] = [
    ratio(answer, commit),
    ratio(entry, commit),
    ratio(answer, restate),
  ];
  const told = (value: number | undefined) => (value === undefined ? "?" : shown(value));
  return {
    lanes: results,
    ratios: [
      {
        name: "complete p50, one caller / one small commit",
        value: toCommit,
        reach: 3,
        aim: 2,
        better: "lower",
      },
      {
        name: "complete → entry p50 / one small commit",
        value: entryToCommit,
        reach: 6,
        aim: 4,
        better: "lower",
      },
      { name: "complete p50 / Restate p50", value: toRestate, reach: 0.6, aim: 0.4, better: "lower" },
    ],
    notes: [],
    lastLine:
      `latency: ours p50 ${told(answer)} ms, to the entry ${told(entry)} ms, small commit p50 ${told(commit)} ms, ` +
      `Restate p50 ${told(restate)} ms, ratios ${told(toCommit)}, ${told(entryToCommit)}, ${told(toRestate)}`,
  };
}

async function ourLane({ servers, rounds }: Bench, calls: number): Promise<Lane> {
  const databaseUrl = await servers.installedDatabase();
  const tasks = await seedBoard(databaseUrl, PEOPLE, WARM_UP + rounds * CALLERS.length * calls);
  const system = await OurSystem.start(servers, { databaseUrl });
  const tokens = new Tokens(databaseUrl);
  const watch = new EntryWatch(databaseUrl);
  await watch.open();
  const completions = new Completions(tasks, tokens);
  await callAll(system.port, 16, (await completions.take(WARM_UP)).requests);
  return {
    name: OURS,
    kind: "ours",
    setup: `the defaults; an edge and a worker; ${calls} completions a round`,
    async round() {
      const figures: Figures[] = [];
      for (const callers of CALLERS) {
        const { tasks, requests } = await completions.take(calls);
        const entriesMs: number[] = [];
        const { timesMs } = await callAll(system.port, callers, requests, async (index, sentMs) => {
          await watch.appears(tasks[index]?.id ?? "");
          entriesMs.push(performance.now() - sentMs);
        });
        figures.push(latencies(`${named(callers)}, answer`, timesMs));
        figures.push(latencies(`${named(callers)}, entry`, entriesMs));
      }
      await system.settled();
      return Object.assign({}, ...figures);
    },
  };
}

async function commitLane({ servers }: Bench, calls: number): Promise<Lane> {
  const databaseUrl = await servers.emptyDatabase();
  const pool = postgresPool(databaseUrl, Math.max(...CALLERS), () => {});
  await pool.query(
    "create table small_rows (id bigint generated always as identity primary key, words text)",
  );
  return {
    name: COMMIT,
    kind: "ceiling",
    setup: "a prepared insert of 100 bytes, a connection per caller",
    async round() {
      const figures: Figures[] = [];
      for (const callers of CALLERS) {
        const timesMs = (
          await Promise.all(Array.from({ length: callers }, () => commits(pool, calls / callers)))
        ).flat();
        figures.push(latencies(`${named(callers)}, answer`, timesMs));
      }
      return Object.assign({}, ...figures);
    },
  };
}

async function commits(pool: ReturnType<typeof postgresPool>, count: number): Promise<number[]> {
  const client = await pool.connect();
  const insert = {
    name: "insert",
    text: "insert into small_rows (words) values ($1)",
    values: ["x".repeat(100)],
  };
  await client.query(insert);
  const timesMs: number[] = [];
  while (timesMs.length < count) {
    const startedMs = performance.now();
    await client.query(insert);
    timesMs.push(performance.now() - startedMs);
  }
  client.release();
  return timesMs;
}

async function restateLane({ servers }: Bench, calls: number): Promise<Lane> {
  const port = await startRestate(servers);
  const people = Array.from({ length: PEOPLE }, (_, index) => `popug-${index}`);
  await callAll(port, 16, restateCompletions(WARM_UP, people));
  return {
    name: RESTATE,
    kind: "peer",
    setup: RESTATE_SETUP,
    async round() {
      const figures: Figures[] = [];
      for (const callers of CALLERS) {
        const { timesMs } = await callAll(port, callers, restateCompletions(calls, people));
        figures.push(latencies(`${named(callers)}, answer`, timesMs));
      }
      return Object.assign({}, ...figures);
    },
  };
}

function named(callers: number): string {
  return callers === 1 ? "1 caller" : `${callers} callers`;
}
