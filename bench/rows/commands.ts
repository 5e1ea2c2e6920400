/** commands: how many completions a second, each answered after its commit. */
import { freePort } from "../../ops/embedded/free-port.ts";
import { type BoardTask, seedBoard } from "../board-seed.ts";
import { callAll } from "../callers.ts";
import type { BareKoaTask } from "../ceilings/bare-koa.ts";
import { shown } from "../figures.ts";
import { httpRequest } from "../http-connection.ts";
import { LaneProcess } from "../lane-process.ts";
import { inTurns, type Lane, medianOf } from "../lanes.ts";
import {
  COMMANDS_PER_SECOND,
  CONNECTIONS,
  commandFigures,
  ourCommandsLane,
  PEOPLE,
  WARM_UP,
} from "../our-commands-lane.ts";
import { RESTATE_SETUP, restateCompletions, startRestate } from "../restate-lane.ts";
import { type Bench, type Row, type RowResult, ratio } from "../row.ts";

const OURS = "aTES";
const RESTATE = "Restate";
const BARE_KOA = "koa and one update";

export const commands: Row = {
  name: "commands",
  measured:
    `Completions over HTTP by ${CONNECTIONS} connections that each wait for their answer, which comes after the commit. ` +
    "An edge and a worker with all actors, each a process. Beside: the same in Restate; bare koa with one update of one row.",
  notMeasured:
    "Networks, TLS; log-ins; the money, which follows on its own (it runs on the same two processes meanwhile).",
  limits:
    "The CPU of all processes, callers included, on the machine's cores: some 2 ms a completion with its entry and " +
    "all projections, of which the worker 0.9, the edge 0.5, Postgres 0.5 (`cost`); koa beside it updates one row and " +
    "is done. By parts nothing stands out: a fifth of both processes' CPU is writing to sockets, a twelfth the collector. " +
    "Tried, and not kept: 4 and 2 partitions in place of 16 (1,004 and 1,073/s beside 959: hosts could share out no more).",
  run,
};

async function run(bench: Bench): Promise<RowResult> {
  const calls = { quick: 2_000, report: 2_000, full: 6_000 }[bench.size];
  const lanes = [
    await ourCommandsLane(bench, { name: OURS, setup: "the defaults; an edge and a worker", calls }),
    await bareKoaLane(bench, calls),
  ];
  if (bench.hasPeers) lanes.push(await restateLane(bench, Math.round(calls / 3)));
  const results = await inTurns(lanes, bench.rounds, bench.tell);
  const [ours, koa] = [
    medianOf(results, OURS, COMMANDS_PER_SECOND),
    medianOf(results, BARE_KOA, COMMANDS_PER_SECOND),
  ];
  const restate = medianOf(results, RESTATE, COMMANDS_PER_SECOND);
  const [byRestate, byKoa] = [ratio(ours, restate), ratio(ours, koa)];
  const told = (value: number | undefined) => (value === undefined ? "?" : shown(value));
  return {
    lanes: results,
    ratios: [
      { name: "commands per second / Restate", value: byRestate, reach: 4, aim: 8, better: "higher" },
      {
        name: "commands per second / koa and one update",
        value: byKoa,
        reach: 0.5,
        aim: 0.7,
        better: "higher",
      },
    ],
    notes: [],
    lastLine:
      `commands: ours ${told(ours)}/s, Restate ${told(restate)}/s, koa and one update ${told(koa)}/s, ` +
      `ratios ${told(byRestate)}, ${told(byKoa)}`,
  };
}

async function bareKoaLane({ servers, rounds }: Bench, calls: number): Promise<Lane> {
  const databaseUrl = await servers.installedDatabase();
  const tasks = await seedBoard(databaseUrl, PEOPLE, WARM_UP + rounds * calls);
  const port = await freePort();
  const statements = {
    complete:
      "update tasks set status = 'done', completed_at = now() where id = $1 and status = 'open' returning id, status",
  };
  await new LaneProcess<BareKoaTask>("ceilings/bare-koa.ts").round(
    { databaseUrl, port, statements },
    async () => {},
  );
  const left = [...tasks];
  const take = (count: number) => left.splice(0, count).map(completionByKoa);
  await callAll(port, CONNECTIONS, take(WARM_UP));
  return {
    name: BARE_KOA,
    kind: "ceiling",
    setup: "one process, 12 connections, a prepared statement on the same table with the same rows",
    async round() {
      const requests = take(calls);
      await servers.settle();
      return commandFigures(await callAll(port, CONNECTIONS, requests));
    },
  };
}

function completionByKoa({ id }: BoardTask): string {
  return httpRequest("POST", `/complete/${id}`, {});
}

async function restateLane({ servers }: Bench, calls: number): Promise<Lane> {
  const port = await startRestate(servers);
  const people = Array.from({ length: PEOPLE }, (_, index) => `popug-${index}`);
  await callAll(port, CONNECTIONS, restateCompletions(WARM_UP, people));
  return {
    name: RESTATE,
    kind: "peer",
    setup: RESTATE_SETUP,
    round: async () => commandFigures(await callAll(port, CONNECTIONS, restateCompletions(calls, people))),
  };
}
