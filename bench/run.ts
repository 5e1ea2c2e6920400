/**
 * `npm run bench`: the rows of the report, and bench/REPORT.md from them; with `--full` at full size, some forty minutes,
 * and bench/REPORT-FULL.md. `npm run bench -- NAME [--quick]`: one row at full size, or one trial, told on the terminal alone.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { BenchServers } from "./bench-servers.ts";
import { spreadOf } from "./figures.ts";
import { describeMachine } from "./machine.ts";
import { benchOverload } from "./overload.ts";
import { havePeers } from "./peer-packages.ts";
import { benchRecovery } from "./recovery.ts";
import { REPORTS, type ReportName, type Told, writeReport } from "./report.ts";
import type { Bench, Row, Size } from "./row.ts";
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
  options: { quick: { type: "boolean" }, full: { type: "boolean" } },
});
process.exitCode = await main(positionals[0], values).finally(stopEverything);
process.exit();

async function main(name: string | undefined, asked: { quick?: boolean; full?: boolean }): Promise<number> {
  const trial = TRIALS[name ?? ""];
  if (trial !== undefined) {
    await trial(asked.quick === true);
    return 0;
  }
  const all = [...ROWS, ...ROWS_BY_NAME];
  const rows = name === undefined ? ROWS : all.filter((row) => row.name === name);
  if (rows.length === 0) {
    const known = [...all.map((row) => row.name), ...Object.keys(TRIALS)];
    process.stderr.write(`bench: expected ${known.join(", ")} or nothing for all rows, got ${name}\n`);
    return 2;
  }
  if (asked.quick === true) return rowsInOrder(rows, "quick", undefined);
  if (name !== undefined) return rowsInOrder(rows, "full", undefined);
  const report = asked.full === true ? "full" : "report";
  return rowsInOrder(rows, report, report);
}

async function rowsInOrder(
  rows: readonly Row[],
  size: Size,
  report: ReportName | undefined,
): Promise<number> {
  const startedMs = performance.now();
  const hasPeers = await havePeers(tell);
  const servers = await BenchServers.start();
  const machine = await describeMachine(servers);
  const rounds = size === "quick" ? ROUNDS_QUICK : ROUNDS;
  const bench: Bench = { size, rounds, servers, hasPeers, tell };
  const told: Told[] = [];
  for (const [index, row] of rows.entries()) {
    tell(`${row.name} (${index + 1} of ${rows.length}): ${rounds} rounds in turns`);
    const one = await oneRow(row, bench);
    if (isStopping()) return 130;
    told.push(one);
    // After every row, so that nothing that was measured is lost, whatever becomes of the rest.
    const left = rows.slice(index + 1).map(({ name }) => name);
    if (report !== undefined) await writeReport(report, machine, told, left);
    const minutes = ((performance.now() - startedMs) / 60_000).toFixed(1);
    tell(`${row.name}: ${one.seconds.toFixed(0)} s; ${minutes} minutes in all`);
  }
  if (report !== undefined) tell(`${REPORTS[report].file} is written`);
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
