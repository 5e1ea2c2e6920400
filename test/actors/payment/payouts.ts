/** Payouts as account actors ask for them. */
import type { BusinessDate } from "../../../schemas/business-date.ts";
import type { PayoutRequestedV1 } from "../../../schemas/generated/messages.ts";
import { derivedUuid, newUuid, type PayoutId, type UserId } from "../../../schemas/ids.ts";
import { minor } from "../../../schemas/money.ts";

export function requested(change: Partial<PayoutRequestedV1> = {}): PayoutRequestedV1 {
  const accountId = change.accountId ?? (newUuid() as UserId);
  const businessDate = change.businessDate ?? ("2026-10-05" as BusinessDate);
  return {
    payoutId: derivedUuid(Date.parse(businessDate), "payout", accountId, businessDate) as PayoutId,
    accountId,
    businessDate,
    amountMinor: minor(2_800),
    breakdown: {
      carriedMinor: minor(0),
      fees: 1,
      feesMinor: minor(1_200),
      rewards: 1,
      rewardsMinor: minor(4_000),
      otherMinor: minor(0),
    },
    occurredAt: "2026-10-06T00:00:00.000Z",
    ...change,
  };
}
