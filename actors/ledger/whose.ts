/**
 * Whose facts two totals differ by (DAY-4). Beside control totals go one number, their weight: a sum over the same facts
 * in which each person counts with factors of their own. When sent and posted differ by the facts of one person alone,
 * the difference of the weights is that person's factors times the difference of the totals, and nobody else's. Two or
 * more persons at once are told by no one: then no weight fits.
 */
import { hash } from "node:crypto";
import type { UserId } from "../../schemas/ids.ts";
import type { ControlTotals } from "./control-totals.ts";

/** A prime below 2^31: of 10,000 accounts one more than the right one fits by chance once in 200,000 differences. */
const PRIME = 2_147_483_647;

/** What the person's facts that come to these totals weigh. Linear: weights add up as totals do. */
export function weightOf(id: UserId, totals: ControlTotals): number {
  const [f = 0, fm = 0, r = 0, rm = 0] = factorsOf(id);
  const { fees, feesMinor, rewards, rewardsMinor } = totals;
  return residue(times(f, fees) + times(fm, feesMinor) + times(r, rewards) + times(rm, rewardsMinor));
}

/** Of the accounts that posted last: a digest costs more than what else a weight is made of. */
const known = new Map<UserId, readonly number[]>();
const KNOWN_MAX = 10_000;

function factorsOf(id: UserId): readonly number[] {
  let factors = known.get(id);
  if (factors === undefined) {
    const digest = hash("sha256", id, "hex");
    factors = [0, 8, 16, 24].map((at) => Number.parseInt(digest.slice(at, at + 8), 16) % PRIME);
    if (known.size >= KNOWN_MAX) known.clear();
    known.set(id, factors);
  }
  return factors;
}

/** Exact: products beyond 2^53 are made as BigInt. */
function times(factor: number, total: number): number {
  const product = factor * total;
  return Number.isSafeInteger(product)
    ? product % PRIME
    : Number((BigInt(factor) * BigInt(total)) % BigInt(PRIME));
}

export function plus(a: number, b: number): number {
  return residue(a + b);
}

export function minus(a: number, b: number): number {
  return residue(a - b);
}

function residue(value: number): number {
  return ((value % PRIME) + PRIME) % PRIME;
}
