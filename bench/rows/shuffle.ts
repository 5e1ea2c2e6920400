/** shuffle: every open task is drawn again, and others go on meanwhile. */
import { setTimeout as sleep } from "node:timers/promises";
import { newUuid, type UserId } from "../../schemas/ids.ts";
import { seedBoard, seedPool, Tokens } from "../board-seed.ts";
import { setBased } from "../ceilings/set-based-sql.ts";
import { type Figures, latencies, shown } from "../figures.ts";
import { HttpConnection, httpRequest } from "../http-connection.ts";
import { inTurns, type Lane, medianOf } from "../lanes.ts";
import { OurSystem } from "../our-system.ts";
import { type Bench, type Row, type RowResult, ratio } from "../row.ts";

const OURS = "aTES";
const SET_BASED = "one set-based statement";
const SECONDS = "shuffle s";
const OTHERS = "others p99 ms";
const PEOPLE = 1_000;
const OTHER_CALLERS = 4;
const PAUSE_MS = 20;

export const shuffle: Row = {
  name: "shuffle",
  measured:
    "From the press over HTTP until the job is done: every open task drawn, its history, its facts in the outbox; in " +
    `pieces, while ${OTHER_CALLERS} callers create tasks. Beside: the same rows by one set-based statement.`,
  notMeasured:
    "The fees: on both sides the accounts charge them from the outbox, ours for the most part after the job. Creations " +
    "that the set-based statement would hold up; telling the board's pages, which ours does meanwhile.",
  limits:
    "The board's chain, piece by piece of 250 tasks: decided in 8 ms, committed in 25 to 30, of which Postgres takes 11 for " +
    "the tasks (an assignee stands in two indexes), 5 for the outbox and 4 for the history, where the statement takes 16 for " +
    "all; then a batch of commands in 10. Kept: pieces and commands take turns, batches between rounds of the event loop, " +
    "and what follows gathers, unread, until the job is done (7.6 times the statement before, 2.9 to 3.1 now; 10,000 tasks, quiet: " +
    "1.8 s, and 4.5 when it is let go every two seconds); the first piece is one of 50, since whoever comes " +
    "with the press waits for it (80 ms before); batches go on 5 ms at a time, and who has gathered reads in turns (whoever " +
    "came with the end had waited 130 to 540 ms), and beyond 10 s one partition at a time. Of 100,000 tasks p99 is 111 to 179 ms: " +
    "of ten pieces that took more than 75 ms six had V8 collect the old generation (every 2 to 3 s: 40 ms more of deciding, 30 " +
    "more of committing), which most of what a piece makes reaches (15 of 65 MB/s), though one piece lives at a time. " +
    "Tried, and not kept: pieces of 500, 200 or 150, pieces as large as 40 or 50 ms allow, pieces and " +
    "commands in one commit, an `update` in place of the upsert; against the collections no scavenges as tasks, no " +
    "pretenuring, no lazy feedback, and a heap that grows by 75 % between them in place of 40 (100,000 tasks, four rounds in " +
    "turns: 19.8 s in place of 22.7, p99 112 ms in place of 134; but a worker of a million accounts was at 406 MiB, with only " +
    "2,000 accounts kept).",
  run,
};

async function run(bench: Bench): Promise<RowResult> {
  const tasks = { quick: 10_000, report: 10_000, full: 100_000 }[bench.size];
  const { servers } = bench;
  const board = await servers.installedDatabase();
  await seedBoard(board, PEOPLE, tasks);
  const results = await inTurns(
    [await ourLane(bench, board), setBasedLane(bench, board)],
    bench.rounds,
    bench.tell,
  );
  const [ours, sql] = [medianOf(results, OURS, SECONDS), medianOf(results, SET_BASED, SECONDS)];
  const others = medianOf(results, OURS, OTHERS);
  const bySql = ratio(ours, sql);
  const told = (value: number | undefined) => (value === undefined ? "?" : shown(value));
  return {
    lanes: results,
    ratios: [
      { name: "shuffle / set-based SQL (time)", value: bySql, reach: 3, aim: 2, better: "lower" },
      {
        name: "p99 of other commands during a shuffle, ms",
        value: others,
        reach: 100,
        aim: 50,
        better: "lower",
      },
    ],
    notes: [`${shown(tasks)} open tasks, ${shown(PEOPLE)} people.`],
    lastLine: `shuffle: ours ${told(ours)} s, set-based SQL ${told(sql)} s, others p99 ${told(others)} ms, ratio ${told(bySql)}`,
  };
}

/** One system for all rounds, which shuffles the same tasks again and those that were created meanwhile: some percent. */
async function ourLane({ servers }: Bench, board: string): Promise<Lane> {
  const system = await OurSystem.start(servers, { databaseUrl: await servers.installedDatabase(board) });
  return {
    name: OURS,
    kind: "ours",
    setup: "the defaults; an edge and a worker, the same in all rounds, as they run for days",
    async round() {
      await servers.settle();
      const figures = await shuffled(system);
      await system.settled();
      return figures;
    },
  };
}

function setBasedLane({ servers }: Bench, board: string): Lane {
  return {
    name: SET_BASED,
    kind: "ceiling",
    setup: "one connection",
    async round() {
      const databaseUrl = await servers.installedDatabase(board);
      await servers.settle();
      const seconds = await setBased("shuffle", databaseUrl);
      await servers.drop(databaseUrl);
      return { [SECONDS]: seconds };
    },
  };
}

async function shuffled({ port, databaseUrl }: OurSystem): Promise<Figures> {
  const tokens = new Tokens(databaseUrl);
  const manager = await tokens.of(newUuid() as UserId, "manager");
  const others = await Promise.all(
    Array.from({ length: OTHER_CALLERS }, () => tokens.of(newUuid() as UserId)),
  );
  await tokens.close();
  const warm = await HttpConnection.open(port);
  for (let call = 0; call < 50; call++) await warm.send(creation(others[call % OTHER_CALLERS] ?? ""));
  const timesMs: number[] = [];
  let isDone = false;
  const creating = others.map(async (token) => {
    const connection = await HttpConnection.open(port);
    for (; !isDone; await sleep(PAUSE_MS)) {
      const sentMs = performance.now();
      const { status, body } = await connection.send(creation(token));
      timesMs.push(performance.now() - sentMs);
      if (status !== 201) throw new Error(`a creation was answered with ${status}: ${body}`);
    }
    connection.close();
  });
  const startedMs = performance.now();
  const { status, body } = await warm.send(
    httpRequest("POST", "/api/v1/tasks/shuffle", {
      authorization: `Bearer ${manager}`,
      "idempotency-key": newUuid(),
    }),
  );
  if (status !== 202) throw new Error(`the shuffle was answered with ${status}: ${body}`);
  await jobDone(databaseUrl, (JSON.parse(body) as { readonly jobId: string }).jobId);
  const seconds = (performance.now() - startedMs) / 1_000;
  isDone = true;
  await Promise.all(creating);
  warm.close();
  return { [SECONDS]: seconds, ...latencies("others", timesMs) };
}

function creation(token: string): string {
  const headers = { authorization: `Bearer ${token}`, "idempotency-key": newUuid() };
  return httpRequest("POST", "/api/v1/tasks", headers, { title: "Carry on" });
}

async function jobDone(databaseUrl: string, id: string): Promise<void> {
  const pool = seedPool(databaseUrl);
  while ((await pool.query("select from jobs where id = $1 and state = 'done'", [id])).rowCount === 0)
    await sleep(10);
  await pool.end();
}
