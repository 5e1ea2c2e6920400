/** Ids of mails that are one of a kind: for the mailer that sends them and for whoever shows how they stand. */
import { derivedUuid, type PayoutId, timeOfUuid, type UserId, type Uuid } from "./ids.ts";

/** One payout, one mail: a second receipt for the same payout is the same one. */
export function receiptId(payoutId: PayoutId): Uuid {
  return derivedUuid(timeOfUuid(payoutId), "receipt", payoutId);
}

/** One person, one month, one statement (PAY-4). */
export function statementId(userId: UserId, month: string): Uuid {
  return derivedUuid(Date.parse(`${month}-01`), "statement", userId, month);
}
