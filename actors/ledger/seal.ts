/**
 * The seal of a closed day (DAY-6): a hash over what each account partition posted and paid, chained to the seal of the
 * day before. All of it can be recomputed from the entries, bit for bit.
 */
import { hash } from "node:crypto";
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { Minor } from "../../schemas/money.ts";
import type { ControlTotals } from "./control-totals.ts";

export interface SealedPartition {
  readonly partition: number;
  readonly posted: ControlTotals;
  readonly payouts: number;
  readonly payoutsMinor: Minor;
}

/** `partitions` in ascending order, every one of the installation; `previous` is "" for the first day. */
export function sealHash(
  previous: string,
  businessDate: BusinessDate,
  partitions: readonly SealedPartition[],
): string {
  const rows = partitions.map(({ partition, posted, payouts, payoutsMinor }) => [
    partition,
    posted.fees,
    posted.feesMinor,
    posted.rewards,
    posted.rewardsMinor,
    payouts,
    payoutsMinor,
  ]);
  return hash("sha256", JSON.stringify([previous, businessDate, rows]), "hex");
}
