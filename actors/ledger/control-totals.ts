/** Control totals (DAY-4): how many fees and rewards were sent, or posted, for one date, and their sums. */
import type { DayEndedV2 } from "../../schemas/generated/messages.ts";
import { add, type Minor, ZERO } from "../../schemas/money.ts";

export type ControlTotals = Readonly<DayEndedV2["totals"]>;

export const NO_TOTALS: ControlTotals = { fees: 0, feesMinor: ZERO, rewards: 0, rewardsMinor: ZERO };

export function withFee(totals: ControlTotals, feeMinor: Minor): ControlTotals {
  return { ...totals, fees: totals.fees + 1, feesMinor: add(totals.feesMinor, feeMinor) };
}

export function withReward(totals: ControlTotals, rewardMinor: Minor): ControlTotals {
  return { ...totals, rewards: totals.rewards + 1, rewardsMinor: add(totals.rewardsMinor, rewardMinor) };
}

export function sum(all: readonly ControlTotals[]): ControlTotals {
  return all.reduce(
    (a, b) => ({
      fees: a.fees + b.fees,
      feesMinor: add(a.feesMinor, b.feesMinor),
      rewards: a.rewards + b.rewards,
      rewardsMinor: add(a.rewardsMinor, b.rewardsMinor),
    }),
    NO_TOTALS,
  );
}

export function agree(a: ControlTotals, b: ControlTotals): boolean {
  return (
    a.fees === b.fees &&
    a.feesMinor === b.feesMinor &&
    a.rewards === b.rewards &&
    a.rewardsMinor === b.rewardsMinor
  );
}
