/** Seeds that once failed, each with what it was: they run with every test. */
export interface RegressionSeed {
  readonly seed: number;
  readonly steps: number;
  /** It failed before there was an office: its run is the same without one. */
  readonly isBoardOnly?: boolean;
  readonly was: string;
}

export const REGRESSION_SEEDS: readonly RegressionSeed[] = [
  {
    seed: 5,
    steps: 6_000,
    isBoardOnly: true,
    was: "a day was sealed before the one before it, whose message was parked",
  },
  {
    seed: 101_728,
    steps: 6_000,
    isBoardOnly: true,
    was: "a command sent back from a parked mailbox was acknowledged when that was open again, and called lost",
  },
  {
    seed: 114,
    steps: 6_000,
    was: "a schedule's task that the board had to refuse, for it knew nobody yet, was called lost by the auditor",
  },
];
