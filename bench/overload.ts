/**
 * overload: what callers get of one edge and one worker, processes of their own at the production's defaults, when they
 * ask for five times what can be done.
 *
 * Measured: creation of tasks over HTTP, each committed before its 201. Capacity: the best of several numbers of callers
 * that wait for their answers. Then an open loop at half of it (normal), at five times of it, and at half of it again
 * (recovery). Times are from the moment a request was due. Not measured: other machines; this one serves the callers too.
 */
import type { Answer } from "./open-loop.ts";
import { OverloadSystem } from "./overload-system.ts";

const CALLERS = [16, 64, 256];
const TIMES = 5;
/** Normal again: the slowest of a second's answers but one in a hundred is no slower than this many times before. */
const NORMAL_AGAIN = 2;
const NORMAL_LEAST_MS = 50;

interface OverloadReport {
  readonly capacityPerSecond: number;
  readonly normal: OpenPhase;
  readonly overload: OpenPhase;
  readonly goodShare: number;
  /** Seconds after the overload until answers are as before; undefined = not within the phase. */
  readonly recoveredAfterS: number | undefined;
  readonly megabytes: { readonly edge: Memory; readonly worker: Memory };
}

interface Phase {
  readonly offeredPerSecond: number;
  readonly goodPerSecond: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly goodMs: Spread;
  readonly refusedMs: Spread;
}

interface OpenPhase extends Phase {
  /** Cores used on average. */
  readonly edgeCores: number;
  readonly workerCores: number;
}

interface Spread {
  readonly median: number;
  readonly p99: number;
}

interface Memory {
  readonly before: number;
  readonly most: number;
}

export async function benchOverload(isQuick: boolean): Promise<void> {
  tell("overload: one edge, one worker, tasks created over HTTP");
  tellReport(await measure(isQuick));
}

async function measure(isQuick: boolean): Promise<OverloadReport> {
  const system = await OverloadSystem.start();
  try {
    const seconds = isQuick ? 5 : 10;
    const { callers } = system;
    await callers.inTurn(32, 3); // warm
    let capacityPerSecond = 0;
    for (const count of CALLERS) {
      const { goodPerSecond } = phaseOf(await callers.inTurn(count, seconds), 0, seconds);
      tell(`  ${count} callers in turn: ${goodPerSecond.toFixed(0)} tasks/s`);
      capacityPerSecond = Math.max(capacityPerSecond, goodPerSecond);
    }
    const at = async (rate: number, forSeconds: number) => {
      const before = system.cpuMs();
      const { answers, unsent } = await callers.atRate(rate, forSeconds);
      const after = system.cpuMs();
      const edgeCores = (after.edge - before.edge) / (forSeconds * 1_000);
      const workerCores = (after.worker - before.worker) / (forSeconds * 1_000);
      return { answers, phase: { ...phaseOf(answers, unsent, forSeconds), edgeCores, workerCores } };
    };
    const normal = (await at(capacityPerSecond / 2, seconds)).phase;
    const before = system.memory();
    const most = system.watchMemory();
    const overload = (await at(capacityPerSecond * TIMES, 2 * seconds)).phase;
    const endedMs = performance.now();
    const after = await at(capacityPerSecond / 2, 12);
    const megabytes = most();
    return {
      capacityPerSecond,
      normal,
      overload,
      goodShare: overload.goodPerSecond / capacityPerSecond,
      recoveredAfterS: recoveredAfter(after.answers, endedMs, normal.goodMs.p99),
      megabytes: {
        edge: { before: before.edge, most: megabytes.edge },
        worker: { before: before.worker, most: megabytes.worker },
      },
    };
  } finally {
    await system.end();
  }
}

function phaseOf(answers: readonly Answer[], unsent: number, seconds: number): Phase {
  const statuses: Record<string, number> = unsent === 0 ? {} : { unsent };
  for (const { status } of answers) statuses[status] = (statuses[status] ?? 0) + 1;
  const good = answers.filter(({ status }) => status === 201);
  return {
    offeredPerSecond: (answers.length + unsent) / seconds,
    goodPerSecond: good.length / seconds,
    statuses,
    goodMs: spreadOf(good),
    refusedMs: spreadOf(answers.filter(({ status }) => status === 503 || status === 429)),
  };
}

function spreadOf(answers: readonly Answer[]): Spread {
  const sorted = answers.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { median: at(0.5), p99: at(0.99) };
}

/** The first second from which on all seconds are normal. */
function recoveredAfter(
  answers: readonly Answer[],
  sinceMs: number,
  normalP99Ms: number,
): number | undefined {
  const limitMs = Math.max(NORMAL_LEAST_MS, normalP99Ms * NORMAL_AGAIN);
  const seconds = Map.groupBy(answers, ({ atMs, tookMs }) => Math.floor((atMs - tookMs - sinceMs) / 1_000));
  const last = Math.max(...seconds.keys());
  let recovered: number | undefined;
  for (let second = last; second >= 0; second--) {
    const of = seconds.get(second) ?? [];
    const isNormal = of.every(({ status }) => status === 201) && spreadOf(of).p99 <= limitMs;
    if (!isNormal) break;
    recovered = second;
  }
  return recovered;
}

function tellReport({
  capacityPerSecond,
  normal,
  overload,
  goodShare,
  recoveredAfterS,
  megabytes,
}: OverloadReport) {
  tellPhase("half of capacity", normal);
  tellPhase("five times capacity", overload);
  const memory = Object.entries(megabytes).map(
    ([role, { before, most }]) => `${role} ${before} → ${most} MB`,
  );
  tell(`  memory before and at most: ${memory.join(", ")}`);
  const recovered = recoveredAfterS === undefined ? "not recovered" : `recovered after ${recoveredAfterS} s`;
  const share = `${(goodShare * 100).toFixed(0)} % of ${capacityPerSecond.toFixed(0)}/s done at five times capacity`;
  tell(`overload: ${share}; ${recovered}`);
}

function tellPhase(name: string, phase: OpenPhase): void {
  const { offeredPerSecond, goodPerSecond, goodMs, refusedMs, edgeCores, workerCores } = phase;
  const asked = `${offeredPerSecond.toFixed(0)}/s asked, ${goodPerSecond.toFixed(0)}/s done`;
  const done = `done within ${goodMs.median.toFixed(0)} ms (p99 ${goodMs.p99.toFixed(0)})`;
  const refused = `refused within ${refusedMs.median.toFixed(0)} ms (p99 ${refusedMs.p99.toFixed(0)})`;
  const cores = `edge ${edgeCores.toFixed(2)} cores, worker ${workerCores.toFixed(2)}`;
  tell(`  ${name}: ${asked}; ${done}; ${refused}; ${cores}; ${JSON.stringify(phase.statuses)}`);
}

function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}
