/** Who uses the machine while something is measured: cores on average, by what Linux tells of processes. */
import type { BenchServers } from "./bench-servers.ts";
import type { Figures } from "./figures.ts";
import { shown } from "./figures.ts";
import { type LaneResult, medianOf } from "./lanes.ts";
import { costOfTree } from "./process-tree.ts";

const PARTS = ["worker", "Postgres", "Redis"] as const;

/** Answers what they have used since now. */
export function coresSince(servers: BenchServers, workerPids: readonly number[]): () => Figures {
  const seconds = (): Record<(typeof PARTS)[number], number> => ({
    worker: workerPids.reduce((sum, pid) => sum + costOfTree(pid).cpuSeconds, 0),
    Postgres: costOfTree(servers.postgresPid).cpuSeconds,
    Redis: costOfTree(servers.redisPid).cpuSeconds,
  });
  const [before, sinceMs] = [seconds(), performance.now()];
  return () => {
    const now = seconds();
    const passedS = (performance.now() - sinceMs) / 1_000;
    return Object.fromEntries(PARTS.map((part) => [coresOf(part), (now[part] - before[part]) / passedS]));
  };
}

/** What most of the cores were used by: what limits. */
export function coresNote(results: readonly LaneResult[], lane: string): string {
  const used = PARTS.map((part) => [part, medianOf(results, lane, coresOf(part)) ?? 0] as const);
  const [most = "nobody"] = used.toSorted((a, b) => b[1] - a[1])[0] ?? [];
  return `${lane}: ${used.map(([part, cores]) => `${part} ${shown(cores)}`).join(", ")} cores; most of them by ${most}.`;
}

function coresOf(part: string): string {
  return `${part} cores`;
}
