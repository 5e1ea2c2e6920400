/** Seeds that once failed, each with what it was: they run with every test. */
export interface RegressionSeed {
  readonly seed: number;
  readonly steps: number;
  readonly was: string;
}

export const REGRESSION_SEEDS: readonly RegressionSeed[] = [
  { seed: 5, steps: 6_000, was: "a day was sealed before the one before it, whose message was parked" },
  {
    seed: 101_728,
    steps: 6_000,
    was: "a command sent back from a parked mailbox was acknowledged when that was open again, and called lost",
  },
];
