/** cost: what one command costs, counted by the servers themselves: the cost model of ARCHITECTURE.md. */
import { setTimeout as sleep } from "node:timers/promises";
import { newUuid, type UserId } from "../../schemas/ids.ts";
import { seedBoard, Tokens } from "../board-seed.ts";
import { callAll } from "../callers.ts";
import { Counters, TOLD_AFTER_MS } from "../counters.ts";
import { type Figures, shown } from "../figures.ts";
import { httpRequest } from "../http-connection.ts";
import { inTurns, type Lane, medianOf } from "../lanes.ts";
import { Completions } from "../our-completions.ts";
import { OurSystem } from "../our-system.ts";
import type { Bench, Row, RowResult } from "../row.ts";

const PEOPLE = 512;
const WARM_UP = 500;
type Verb = "completion" | "creation";
const LOADS: readonly { readonly verb: Verb; readonly callers: number }[] = [
  { verb: "completion", callers: 1 },
  { verb: "completion", callers: 64 },
  { verb: "creation", callers: 64 },
];
const IDLE_MS = 3_000;

export const cost: Row = {
  name: "cost",
  measured:
    "What one completion, and one creation, costs everybody until nothing is left to do for it: board, money, projections " +
    "and the feed included; by 1 caller, where each is a batch of its own, and by 64, who share. What the system does " +
    "anyway when it is idle is taken off.",
  notMeasured: "Payouts and mails, which come once a day for a person: `close`.",
  run,
};

async function run(bench: Bench): Promise<RowResult> {
  const rounds = bench.size === "full" ? 2 : 1; // what is counted, and not timed, hardly differs
  const lanes: Lane[] = [];
  for (const load of LOADS) lanes.push(await laneOf(bench, load, rounds));
  const results = await inTurns(lanes, rounds, bench.tell);
  const line = lanes.map(({ name }) => {
    const told = (figure: string) => shown(medianOf(results, name, figure) ?? 0);
    return (
      `${name}: ${told("Postgres statements")} statements, ${told("fsyncs")} fsyncs, ` +
      `${told("Redis calls")} Redis calls, ${told("worker ms")} ms of the worker`
    );
  });
  return { lanes: results, ratios: [], notes: [], lastLine: `cost: ${line.join("; ")}` };
}

async function laneOf({ servers, size }: Bench, load: (typeof LOADS)[number], rounds: number): Promise<Lane> {
  const { verb, callers } = load;
  const calls = (callers === 1 ? 200 : 2_000) * (size === "full" ? 3 : 1);
  const databaseUrl = await servers.installedDatabase();
  const tasks = await seedBoard(databaseUrl, PEOPLE, WARM_UP + rounds * calls);
  const system = await OurSystem.start(servers, { databaseUrl });
  const tokens = new Tokens(databaseUrl);
  const completions = new Completions(tasks, tokens);
  const take = async (count: number) =>
    verb === "creation" ? await creations(tokens, count) : (await completions.take(count)).requests;
  await callAll(system.port, 16, await take(WARM_UP));
  const counters = new Counters(servers, system);
  return {
    name: `${verb}, ${callers === 1 ? "1 caller" : `${callers} callers`}`,
    kind: "ours",
    setup: `the defaults; an edge and a worker; ${calls} commands a round`,
    async round() {
      await system.settled();
      const idle = await spent(counters, () => sleep(IDLE_MS));
      const requests = await take(calls);
      const busy = await spent(counters, async () => {
        await callAll(system.port, callers, requests);
        await system.settled();
      });
      return perCall(busy, idle, calls);
    },
  };
}

/** By so many people that nobody passes the limit of a person. */
async function creations(tokens: Tokens, count: number): Promise<string[]> {
  const creators = await Promise.all(Array.from({ length: PEOPLE }, () => tokens.of(newUuid() as UserId)));
  return Array.from({ length: count }, (_, at) => {
    const headers = { authorization: `Bearer ${creators[at % PEOPLE]}`, "idempotency-key": newUuid() };
    const title = `Feed the parrots of floor ${at}, and count them`;
    return httpRequest("POST", "/api/v1/tasks", headers, { title, jiraId: `UBERPOP-${at}` });
  });
}

interface Spent {
  readonly figures: Figures;
  readonly seconds: number;
}

async function spent(counters: Counters, work: () => Promise<unknown>): Promise<Spent> {
  await sleep(TOLD_AFTER_MS);
  const [before, startedMs] = [await counters.read(), performance.now()];
  await work();
  await sleep(TOLD_AFTER_MS);
  const after = await counters.read();
  const seconds = (performance.now() - startedMs) / 1_000;
  return { figures: mapped(after, (figure, name) => figure - (before[name] ?? 0)), seconds };
}

function perCall(busy: Spent, idle: Spent, calls: number): Figures {
  const idleOf = (name: string) => ((idle.figures[name] ?? 0) / idle.seconds) * busy.seconds;
  return mapped(busy.figures, (figure, name) => (figure - idleOf(name)) / calls);
}

function mapped(figures: Figures, to: (figure: number, name: string) => number): Figures {
  return Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name, to(figure, name)]));
}
