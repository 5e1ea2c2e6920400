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
const NAME = "aTES";
const SECONDS = "warm start s";
const MEMORY = "idle MiB";
const CPU = "idle CPU %";
const START_MS_MAX = 120_000;
/** For what runs once after a start, and for readers to see that nothing comes. */
const CALM_MS = 8_000;
/** Two of the longest waits of a reader, so that none counts twice. */
const IDLE_MS = 8_000;

export const start: Row = {
  name: "start",
  measured:
    "What `npm start` does, with the demo's data of an earlier start: from its command to the first answer of the API, " +
    "Postgres and Redis started with it. Then everything it started, eight seconds later: memory, with shared parts " +
    "counted once, and the share of one core.",
  notMeasured: "The first start, which makes the database and the pages; npm itself.",
  run,
};

async function run(bench: Bench): Promise<RowResult> {
  const dataDir = join(bench.servers.folder, `start-${newUuid()}`);
  await started(dataDir, async () => ({})); // the first one is cold
  const lane: Lane = {
    name: NAME,
    kind: "ours",
    setup: "all roles in one process, Postgres and Redis beside it",
    round: () => started(dataDir, idleCost),
  };
  const results = await inTurns([lane], bench.rounds, bench.tell);
  const [seconds, memory, cpu] = [SECONDS, MEMORY, CPU].map((figure) => medianOf(results, NAME, figure));
  return {
    lanes: results,
    ratios: [
      { name: "warm start, s", value: seconds, reach: 5, aim: 3, better: "lower" },
      { name: "idle CPU of everything, %", value: cpu, reach: 2, aim: 1, better: "lower" },
    ],
    notes: [],
    lastLine: `start: warm ${shown(seconds ?? 0)} s, idle ${shown(memory ?? 0)} MiB and ${shown(cpu ?? 0)} % of a core`,
  };
}

async function started(dataDir: string, whenIdle: (pid: number) => Promise<Figures>): Promise<Figures> {
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
  const seconds = (performance.now() - startedMs) / 1_000;
  const idle = await whenIdle(child.pid ?? 0);
  await stop();
  return { [SECONDS]: seconds, ...idle };
}

async function idleCost(pid: number): Promise<Figures> {
  await sleep(CALM_MS);
  const before = costOfTree(pid);
  await sleep(IDLE_MS);
  const after = costOfTree(pid);
  const cpu = ((after.cpuSeconds - before.cpuSeconds) / (IDLE_MS / 1_000)) * 100;
  return { [MEMORY]: after.mebibytes, [CPU]: cpu };
}

/** Anything but a refused connection is an answer of the API; this one says who is asking. */
function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/api/v1/company`).then(
    ({ status }) => status === 401,
    () => false,
  );
}
