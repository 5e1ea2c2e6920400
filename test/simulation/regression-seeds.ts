/** Seeds that once failed, each with what it was: they run with every test. */
export interface RegressionSeed {
  readonly seed: number;
  readonly steps: number;
  readonly was: string;
}

export const REGRESSION_SEEDS: readonly RegressionSeed[] = [];
