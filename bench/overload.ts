/**
 * overload: what callers get of one edge and one worker, processes of their own at the production's defaults, when they
 * ask for five times what can be done.
 *
 * Measured: creation of tasks over HTTP, each committed before its 201. First the capacity alone: the best of several
 * numbers of callers that wait for their answers. Whoever sends five times of it needs a core of this machine for the
 * sending alone, and somebody must refuse what is too much; so the capacity is measured once more beside callers who send
 * the other four times to a server that refuses everything without looking at it (bench/ceilings/refuser.ts). That is what
 * the edge is compared with when it gets all five times itself: the same is sent, and as much must be refused. What is
 * done then is told as a share of the capacity alone, too. Then half of the capacity again: how soon all is as before.
 * Times are from the moment a request was due. Not measured: other machines; this one serves the callers too.
 */
import type { Answer } from "./open-loop.ts";
import { type Cores, OverloadSystem } from "./overload-system.ts";

const CALLERS = [16, 64, 256];
const TIMES = 5;
/** Normal again: the slowest of a second's answers but one in a hundred is no slower than this many times before. */
const NORMAL_AGAIN = 2;
const NORMAL_LEAST_MS = 50;
/** A hiccup much later says nothing of the overload. */
const NORMAL_IN_ROW = 3;

interface OverloadReport {
  /** Tasks a second: nobody else sends; and beside a server that refuses four times as many requests. */
  readonly capacity: { readonly alone: number; readonly besideRefuser: number };
  readonly normal: OpenPhase;
  readonly overload: OpenPhase;
  readonly after: OpenPhase;
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
  readonly cores: Cores;
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
    const capacity = await capacityOf(system, seconds);
    const normal = (await openPhase(system, capacity.alone / 2, seconds)).phase;
    const before = system.memory();
    const most = system.watchMemory();
    const overload = (await openPhase(system, capacity.alone * TIMES, 2 * seconds)).phase;
    const endedMs = performance.now();
    const after = await openPhase(system, capacity.alone / 2, 12);
    const megabytes = most();
    return {
      capacity,
      normal,
      overload,
      after: after.phase,
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

async function capacityOf(system: OverloadSystem, seconds: number): Promise<OverloadReport["capacity"]> {
  let [alone, best] = [0, 0];
  for (const count of CALLERS) {
    const { goodPerSecond } = phaseOf(await system.callers.inTurn(count, seconds), 0, seconds);
    tell(`  ${count} callers in turn: ${goodPerSecond.toFixed(0)} tasks/s`);
    if (goodPerSecond > alone) [alone, best] = [goodPerSecond, count];
  }
  const refused = alone * (TIMES - 1);
  const spent = system.coresSince();
  const [answers] = await Promise.all([
    system.callers.inTurn(best, seconds),
    system.refuser.atRate(refused, seconds),
  ]);
  const { goodPerSecond: besideRefuser } = phaseOf(answers, 0, seconds);
  const beside = `  beside ${refused.toFixed(0)}/s that another server refuses: ${besideRefuser.toFixed(0)} tasks/s`;
  tell(`${beside}; ${toldCores(spent())}`);
  return { alone, besideRefuser };
}

async function openPhase(
  system: OverloadSystem,
  perSecond: number,
  seconds: number,
): Promise<{ answers: readonly Answer[]; phase: OpenPhase }> {
  const spent = system.coresSince();
  const { answers, unsent } = await system.callers.atRate(perSecond, seconds);
  return { answers, phase: { ...phaseOf(answers, unsent, seconds), cores: spent() } };
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

/** The first of so many seconds in a row that are normal. */
function recoveredAfter(
  answers: readonly Answer[],
  sinceMs: number,
  normalP99Ms: number,
): number | undefined {
  const limitMs = Math.max(NORMAL_LEAST_MS, normalP99Ms * NORMAL_AGAIN);
  const seconds = Map.groupBy(answers, ({ atMs, tookMs }) => Math.floor((atMs - tookMs - sinceMs) / 1_000));
  const isNormal = (second: number) => {
    const of = seconds.get(second) ?? [];
    return of.length > 0 && of.every(({ status }) => status === 201) && spreadOf(of).p99 <= limitMs;
  };
  const inRow = Array.from({ length: NORMAL_IN_ROW }, (_, index) => index);
  return [...seconds.keys()]
    .sort((a, b) => a - b)
    .find((second) => inRow.every((offset) => isNormal(second + offset)));
}

function tellReport({ capacity, normal, overload, after, recoveredAfterS, megabytes }: OverloadReport): void {
  tellPhase("half of capacity", normal);
  tellPhase("five times capacity", overload);
  tellPhase("half of capacity again", after);
  const memory = Object.entries(megabytes).map(
    ([role, { before, most }]) => `${role} ${before} → ${most} MB`,
  );
  tell(`  memory before and at most: ${memory.join(", ")}`);
  const recovered = recoveredAfterS === undefined ? "not recovered" : `recovered after ${recoveredAfterS} s`;
  const ofCapacity = (perSecond: number) =>
    `${((overload.goodPerSecond / perSecond) * 100).toFixed(0)} % of ${perSecond.toFixed(0)}/s`;
  const share = `${ofCapacity(capacity.besideRefuser)} done at five times capacity`;
  tell(`overload: ${share} (${ofCapacity(capacity.alone)} with nobody else about); ${recovered}`);
}

function tellPhase(name: string, phase: OpenPhase): void {
  const { offeredPerSecond, goodPerSecond, goodMs, refusedMs, cores } = phase;
  const asked = `${offeredPerSecond.toFixed(0)}/s asked, ${goodPerSecond.toFixed(0)}/s done`;
  const done = `done within ${goodMs.median.toFixed(0)} ms (p99 ${goodMs.p99.toFixed(0)})`;
  const refused = `refused within ${refusedMs.median.toFixed(0)} ms (p99 ${refusedMs.p99.toFixed(0)})`;
  tell(`  ${name}: ${asked}; ${done}; ${refused}; ${toldCores(cores)}; ${JSON.stringify(phase.statuses)}`);
}

function toldCores(cores: Cores): string {
  const told = Object.entries(cores).map(([who, share]) => `${who} ${share.toFixed(2)}`);
  return `cores: ${told.join(", ")}`;
}

function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}
