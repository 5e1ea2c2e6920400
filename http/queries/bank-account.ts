/** A person's bank account, as the payment actors keep it (PAY-2). */
import type { UserId } from "../../schemas/ids.ts";
import type { Database } from "../database.ts";

export interface BankAccountResource {
  readonly iban: string | null;
  readonly holder: string | null;
  readonly changedAt: string | null;
}

/** Undefined: there is no such person. */
export async function findBankAccount(
  database: Database,
  accountId: UserId,
): Promise<BankAccountResource | undefined> {
  const { rows } = await database.query<BankAccountResource>({
    name: "edge-bank-account",
    text: `select iban, holder, payees.changed_at as "changedAt"
             from users left join payees on payees.account_id = users.id where users.id = $1::uuid`,
    values: [accountId],
  });
  return rows[0];
}
