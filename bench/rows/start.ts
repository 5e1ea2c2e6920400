/** start: from the command to the first answer, and what everything costs when nobody asks for anything. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "../../ops/embedded/free-port.ts";
import { newUuid } from "../../schemas/ids.ts";
import { type Figures, shown } from "../figures.ts";
import { inTurns, type Lane, medianOf } from "../lanes.ts";
import { costOfTree } from "../process-tree.ts";
import type { Bench, Row, RowResult } from "../row.ts";
import { stopAtEnd } from "../stop-order.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const STARTS = "aTES, from its command to its first answer";
const RESTS = "aTES, at rest";
const SETUP = "all roles in one process, Postgres and Redis beside it";
const SECONDS = "warm start s";
const MEMORY = "idle MiB";
const CPU = "idle CPU %";
const START_MS_MAX = 120_000;
/** For what runs once after a start, and for readers to see that nothing comes: measured, it goes on for some 12 s. */
const CALM_MS = 24_000;
/** Two of the longest waits of a reader, so that none counts twice. */
const WINDOW_MS = 8_000;

export const start: Row = {
  name: "start",
  measured:
    "What `npm start` does, with the demo's data of an earlier start: from its command to the first answer of the API, " +
    "Postgres and Redis started with it. Of the last one also everything it started, when it has had nothing to do for " +
    "24 s, in as many windows of eight seconds: memory, with shared parts counted once, and the share of one core.",
  notMeasured: "The first start, which makes the database and the pages; npm itself.",
  limits:
    "At rest, by threads, of 2.0 to 2.3 %: ours 1.2, most of it waking for some 24 reads of Redis a second (70 " +
    "partitions, four seconds each, and what is pending now and then) and for beats; V8's collectors 0.2, Redis 0.2, Postgres' " +
    "connections 0.3, and 0.3 its autovacuum, which looks at a database every 20 s: windows in which it does are 3 %, the " +
    "others 1.6 to 1.9. Kept: Redis' clock at two ticks a second, a young generation that V8 may not shrink, polls that are " +
    "no use of what they ask (3.1 % before). Longer reads would find a half-open connection later, a rarer autovacuum would " +
    "let the small hot tables grow under load.",
  run,
};

async function run(bench: Bench): Promise<RowResult> {
  const dataDir = join(bench.servers.folder, `start-${newUuid()}`);
  await (await started(dataDir)).stop(); // the first one is cold
  const starts: Lane = { name: STARTS, kind: "ours", setup: SETUP, round: () => oneStart(dataDir) };
  const startResults = await inTurns([starts], bench.rounds, bench.tell);
  const { pid, stop } = await started(dataDir);
  await sleep(CALM_MS);
  const rests: Lane = { name: RESTS, kind: "ours", setup: SETUP, round: () => costOfWindow(pid) };
  const restResults = await inTurns([rests], bench.rounds, bench.tell);
  await stop();
  const seconds = medianOf(startResults, STARTS, SECONDS);
  const [memory, cpu] = [MEMORY, CPU].map((figure) => medianOf(restResults, RESTS, figure));
  return {
    lanes: [...startResults, ...restResults],
    ratios: [
      { name: "warm start, s", value: seconds, reach: 5, aim: 3, better: "lower" },
      { name: "idle CPU of everything, %", value: cpu, reach: 2, aim: 1, better: "lower" },
    ],
    notes: [],
    lastLine: `start: warm ${shown(seconds ?? 0)} s, idle ${shown(memory ?? 0)} MiB and ${shown(cpu ?? 0)} % of a core`,
  };
}

async function oneStart(dataDir: string): Promise<Figures> {
  const { seconds, stop } = await started(dataDir);
  await stop();
  return { [SECONDS]: seconds };
}

interface Started {
  readonly seconds: number;
  readonly pid: number;
  stop(): Promise<unknown>;
}

async function started(dataDir: string): Promise<Started> {
  const port = await freePort();
  const startedMs = performance.now();
  const child = spawn(process.execPath, ["ops/bootstrap.mjs", "up", "--data", dataDir, "--port", `${port}`], {
    cwd: ROOT,
    stdio: "ignore",
  });
  const ended = once(child, "exit");
  const stop = stopAtEnd(async () => {
    child.kill("SIGTERM");
    await ended;
  });
  while (!(await answers(port))) {
    if (child.exitCode !== null || performance.now() - startedMs > START_MS_MAX)
      throw new Error(`no answer within ${START_MS_MAX} ms, or ended with ${child.exitCode}`);
    await sleep(20);
  }
  return { seconds: (performance.now() - startedMs) / 1_000, pid: child.pid ?? 0, stop };
}

async function costOfWindow(pid: number): Promise<Figures> {
  const before = costOfTree(pid);
  await sleep(WINDOW_MS);
  const after = costOfTree(pid);
  const cpu = ((after.cpuSeconds - before.cpuSeconds) / (WINDOW_MS / 1_000)) * 100;
  return { [MEMORY]: after.mebibytes, [CPU]: cpu };
}

/** Anything but a refused connection is an answer of the API; this one says who is asking. */
function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/api/v1/company`).then(
    ({ status }) => status === 401,
    () => false,
  );
}
