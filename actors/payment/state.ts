/** A payment partition's working set: payouts on their way to the provider, each with its own small life (PAY-1). */
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { PayoutRequestedV1 } from "../../schemas/generated/messages.ts";
import type { PayoutId, UserId } from "../../schemas/ids.ts";
import type { Minor } from "../../schemas/money.ts";
import { Entities } from "../runtime/entities.ts";

export type Breakdown = Readonly<PayoutRequestedV1["breakdown"]>;
export type PayoutState = "requested" | "submitted" | "settled" | "failed" | "returned";

export interface Payout {
  readonly key: `payout/${string}`;
  /** The provider's idempotency key as well: derived from account and business date, so there is no second one. */
  readonly id: PayoutId;
  readonly accountId: UserId;
  readonly businessDate: BusinessDate;
  readonly amountMinor: Minor;
  readonly breakdown: Breakdown;
  readonly state: PayoutState;
  /** How often the provider was asked, the call under way included. */
  readonly attempts: number;
  /** Why it failed, or why it is not settled yet. */
  readonly failure: string | undefined;
  readonly updatedAt: string;
}

export const payoutKey = (id: string): `payout/${string}` => `payout/${id}`;

export class PaymentState extends Entities<Payout> {
  payout(id: string): Payout | undefined {
    return this.get(payoutKey(id));
  }
}
