import type { Entry, EntryKind } from "../api/resources.ts";

export interface BalanceMakeup {
  /** What it stood at before the first entry that counts: nothing, or what was carried from before those read. */
  readonly carriedMinor: number;
  readonly parts: readonly { readonly kind: EntryKind; readonly count: number; readonly sumMinor: number }[];
  /** The first entry that counts. */
  readonly since: Entry;
}

/** What a balance is made of since it was last zero; `entries` newest first, the first of them left it as it is. */
export function balanceMakeup(entries: readonly Entry[]): BalanceMakeup | undefined {
  const zero = entries.findIndex((entry, index) => index > 0 && entry.balanceAfterMinor === 0);
  const counting = zero < 0 ? entries : entries.slice(0, zero);
  const since = counting.at(-1);
  if (since === undefined) return undefined;
  const parts = [...Map.groupBy(counting, (entry) => entry.kind)].map(([kind, ofKind]) => ({
    kind,
    count: ofKind.length,
    sumMinor: ofKind.reduce((sum, entry) => sum + entry.amountMinor, 0),
  }));
  return { carriedMinor: balanceBefore(since), parts, since };
}

export function balanceBefore(entry: Entry): number {
  return entry.balanceAfterMinor - entry.amountMinor;
}
