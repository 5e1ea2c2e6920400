/** A row of the bench: what it measures and what it does not, its lanes, and the ratios it is judged by. */
import type { BenchServers } from "./bench-servers.ts";
import type { LaneResult } from "./lanes.ts";

export interface Row {
  readonly name: string;
  readonly measured: string;
  readonly notMeasured: string;
  /** Where the time goes, by profiles, and what was tried that did not pay. */
  readonly limits?: string;
  run(bench: Bench): Promise<RowResult>;
}

/**
 * How large the loads are. `quick`: for a look in between, with fewer rounds, never for a report. `report`: all rows
 * end within twelve minutes. `full`: 100,000 tasks and payouts, a million accounts, ten million entries.
 */
export type Size = "quick" | "report" | "full";

export interface Bench {
  readonly size: Size;
  readonly rounds: number;
  readonly servers: BenchServers;
  /** False: their packages could not be installed; rows go on without them. */
  readonly hasPeers: boolean;
  tell(line: string): void;
}

export interface RowResult {
  readonly lanes: readonly LaneResult[];
  readonly ratios: readonly Ratio[];
  /** Facts about the run that the figures alone do not tell. */
  readonly notes: readonly string[];
  /** Read by outside programs: begins with the row's name and a colon. */
  readonly lastLine: string;
}

/** A target: `reach` must be met, `aim` is hoped for. */
export interface Ratio {
  readonly name: string;
  /** Undefined: a lane it needs was not measured. */
  readonly value: number | undefined;
  readonly reach: number;
  readonly aim: number;
  readonly better: "higher" | "lower";
}

export function ratio(over: number | undefined, under: number | undefined): number | undefined {
  return over === undefined || under === undefined || under === 0 ? undefined : over / under;
}

/** `aim met`: as good as hoped for. */
export function verdict({
  value,
  reach,
  aim,
  better,
}: Ratio): "aim met" | "met" | "not met" | "not measured" {
  if (value === undefined) return "not measured";
  const meets = (target: number) => (better === "higher" ? value >= target : value <= target);
  if (meets(aim)) return "aim met";
  return meets(reach) ? "met" : "not met";
}
