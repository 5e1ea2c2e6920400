/** Figures of several rounds, as a report tells them: the median, and how far the rounds lie apart. */

/** What one round of one lane measured, by name: seconds, milliseconds, or how many a second. */
export type Figures = Readonly<Record<string, number>>;

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly rounds: number;
}

export function spreadOf(figures: readonly number[]): Spread {
  if (figures.length === 0) throw new Error("expected figures, got none");
  const sorted = figures.toSorted((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    least: sorted[0] ?? 0,
    most: sorted.at(-1) ?? 0,
    rounds: sorted.length,
  };
}

/** Of figures in ascending order; between two of them, the part of the way from one to the other. */
export function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0];
  return below + (above - below) * (place - Math.floor(place));
}

/** `p50` and `p99` of times that were taken one by one. */
export function latencies(name: string, timesMs: readonly number[]): Figures {
  const sorted = timesMs.toSorted((a, b) => a - b);
  return { [`${name} p50 ms`]: quantile(sorted, 0.5), [`${name} p99 ms`]: quantile(sorted, 0.99) };
}

/** Three digits that count, with thousands set apart: 16,800, 1.53, 0.042. */
export function shown(figure: number): string {
  if (Math.abs(figure) >= 100) return Math.round(figure).toLocaleString("en-US");
  return `${Number(figure.toPrecision(3))}`;
}
