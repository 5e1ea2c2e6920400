/** Pearson's test that counts are uniform. */

/** Of a standard normal: one in a million. A fair draw fails no run; a draw that misses a bound fails every one. */
const Z = 4.753;

export interface ChiSquare {
  readonly statistic: number;
  /** What a fair draw exceeds once in a million runs (Wilson and Hilferty). */
  readonly limit: number;
}

export function chiSquare(drawn: Iterable<unknown>, kinds: number): ChiSquare {
  const counts = new Map<unknown, number>();
  let total = 0;
  for (const each of drawn) {
    counts.set(each, (counts.get(each) ?? 0) + 1);
    total += 1;
  }
  if (counts.size > kinds) throw new Error(`expected at most ${kinds} kinds, got ${counts.size}`);
  const expected = total / kinds;
  const never = (kinds - counts.size) * expected;
  const statistic = [...counts.values()].reduce(
    (sum, seen) => sum + (seen - expected) ** 2 / expected,
    never,
  );
  const k = kinds - 1;
  return { statistic, limit: k * (1 - 2 / (9 * k) + Z * Math.sqrt(2 / (9 * k))) ** 3 };
}
