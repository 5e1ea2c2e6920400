/** One payout as it stands now, for whoever wants the provider asked about it (PAY-1). */
import type { PayoutId, UserId } from "../../schemas/ids.ts";
import type { Database } from "../database.ts";
import type { PayoutState } from "./models.ts";

export interface PayoutToAsk {
  readonly id: PayoutId;
  readonly accountId: UserId;
  readonly state: PayoutState;
}

export async function findPayoutToAsk(database: Database, id: PayoutId): Promise<PayoutToAsk | undefined> {
  const { rows } = await database.query<PayoutToAsk>({
    name: "edge-payout-to-ask",
    text: `select id, account_id as "accountId", state from payouts where id = $1::uuid`,
    values: [id],
  });
  return rows[0];
}
