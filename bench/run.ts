/**
 * `npm run bench`: the rows of the report, and bench/REPORT.md from them. `npm run bench -- NAME [--quick]`: one row, or
 * one trial, told on the terminal alone.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { BenchServers } from "./bench-servers.ts";
import { spreadOf } from "./figures.ts";
import { describeMachine } from "./machine.ts";
import { benchOverload } from "./overload.ts";
import { havePeers } from "./peer-packages.ts";
import { benchRecovery } from "./recovery.ts";
import { type Told, writeReport } from "./report.ts";
import type { Bench, Row } from "./row.ts";
import { board } from "./rows/board.ts";
import { close } from "./rows/close.ts";
import { commands } from "./rows/commands.ts";
import { cost } from "./rows/cost.ts";
import { growth } from "./rows/growth.ts";
import { latency } from "./rows/latency.ts";
import { posting } from "./rows/posting.ts";
import { reads } from "./rows/reads.ts";
import { shuffle } from "./rows/shuffle.ts";
import { start } from "./rows/start.ts";
import { tracing } from "./rows/tracing.ts";
import { workers } from "./rows/workers.ts";
import { isStopping, stopEverything, stoppingAfter } from "./stop-order.ts";

/** Of the report: all of them together end within twelve minutes. */
const ROWS: readonly Row[] = [
  posting,
  latency,
  commands,
  shuffle,
  close,
  growth,
  reads,
  workers,
  tracing,
  start,
];

/** Only by name: what a browser sees of 10,000 tasks, and what a command costs, which ARCHITECTURE.md tells. */
const ROWS_BY_NAME: readonly Row[] = [board, cost];

/** How the system stands losses and overload: with servers of their own, and no part of the report. */
const TRIALS: Readonly<Record<string, (isQuick: boolean) => Promise<void>>> = {
  recovery,
  overload: benchOverload,
};

const ROUNDS = 5;
const ROUNDS_QUICK = 3;
/** Several times what the longest row takes. */
const ROW_MS_MAX = 600_000;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => void stopEverything().finally(() => process.exit(130)));
}
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean" } },
});
process.exitCode = await main(positionals[0], values.quick === true).finally(stopEverything);
process.exit();

async function main(name: string | undefined, isQuick: boolean): Promise<number> {
  const trial = TRIALS[name ?? ""];
  if (trial !== undefined) {
    await trial(isQuick);
    return 0;
  }
  const all = [...ROWS, ...ROWS_BY_NAME];
  const rows = name === undefined ? ROWS : all.filter((row) => row.name === name);
  if (rows.length === 0) {
    const known = [...all.map((row) => row.name), ...Object.keys(TRIALS)];
    process.stderr.write(`bench: expected ${known.join(", ")} or nothing for all rows, got ${name}\n`);
    return 2;
  }
  return rowsInOrder(rows, isQuick, name === undefined && !isQuick);
}

async function rowsInOrder(rows: readonly Row[], isQuick: boolean, isReport: boolean): Promise<number> {
  const startedMs = performance.now();
  const hasPeers = await havePeers(tell);
  const servers = await BenchServers.start();
  const machine = await describeMachine(servers);
  const rounds = isQuick ? ROUNDS_QUICK : ROUNDS;
  const size = isQuick ? "quick" : rows.length > 1 ? "among" : "alone";
  const bench: Bench = { size, rounds, servers, hasPeers, tell };
  const told: Told[] = [];
  for (const [index, row] of rows.entries()) {
    tell(`${row.name} (${index + 1} of ${rows.length}): ${rounds} rounds in turns`);
    const one = await oneRow(row, bench);
    if (isStopping()) return 130;
    told.push(one);
    // After every row, so that nothing that was measured is lost, whatever becomes of the rest.
    const left = rows.slice(index + 1).map(({ name }) => name);
    if (isReport) await writeReport(machine, told, left);
    const minutes = ((performance.now() - startedMs) / 60_000).toFixed(1);
    tell(`${row.name}: ${one.seconds.toFixed(0)} s; ${minutes} minutes in all`);
  }
  if (isReport) tell("bench/REPORT.md is written");
  for (const { row, result, failure } of told) tell(result?.lastLine ?? `${row.name}: failed: ${failure}`);
  return told.every(({ result }) => result !== undefined) ? 0 : 1;
}

/** A row that fails is told, and the others go on; one that hangs is given up. */
async function oneRow(row: Row, bench: Bench): Promise<Told> {
  const startedMs = performance.now();
  const passed = () => (performance.now() - startedMs) / 1_000;
  try {
    const result = await stoppingAfter(() => Promise.race([row.run(bench), tooLong(row)]));
    return { row, rounds: bench.rounds, seconds: passed(), result };
  } catch (error) {
    if (!isStopping()) tell(`${row.name}: ${(error as Error).stack}`);
    const failure = (error as Error).message.split("\n")[0] ?? "";
    return { row, rounds: bench.rounds, seconds: passed(), result: undefined, failure };
  }
}

async function tooLong({ name }: Row): Promise<never> {
  await sleep(ROW_MS_MAX, undefined, { ref: false });
  throw new Error(`${name} took more than ${ROW_MS_MAX / 60_000} minutes`);
}

async function recovery(isQuick: boolean): Promise<void> {
  const rounds = isQuick ? 2 : 5;
  tell(`recovery: ${rounds} rounds each, 16 partitions, two workers at the defaults`);
  await benchRecovery(rounds, ({ name, limitMs, samplesMs }) => {
    const { median, most } = spreadOf(samplesMs);
    const told = `median ${median.toFixed(0)} ms, worst ${most.toFixed(0)} ms`;
    tell(`  ${name}: ${told} of ${samplesMs.length} (limit ${limitMs} ms)`);
  });
}

function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}
