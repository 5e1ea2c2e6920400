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
const PRIME = 2_147_483_647n;

/** What the person's facts that come to these totals weigh. Linear: weights add up as totals do. */
export function weightOf(id: UserId, totals: ControlTotals): number {
  const factors = hash("sha256", id, "buffer");
  const { fees, feesMinor, rewards, rewardsMinor } = totals;
  const weight = [fees, feesMinor, rewards, rewardsMinor].reduce(
    (sum, total, at) => sum + BigInt(factors.readUInt32BE(4 * at)) * BigInt(total),
    0n,
  );
  return residue(weight);
}

export function plus(a: number, b: number): number {
  return residue(BigInt(a) + BigInt(b));
}

export function minus(a: number, b: number): number {
  return residue(BigInt(a) - BigInt(b));
}

function residue(value: bigint): number {
  return Number(((value % PRIME) + PRIME) % PRIME);
}
