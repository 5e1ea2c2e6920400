/** The receipt of a payout (PAY-3), for the mailer that sends it and for whoever shows how it stands. */
import { derivedUuid, type PayoutId, timeOfUuid, type Uuid } from "./ids.ts";

/** One payout, one mail: a second receipt for the same payout is the same one. */
export function receiptId(payoutId: PayoutId): Uuid {
  return derivedUuid(timeOfUuid(payoutId), "receipt", payoutId);
}
