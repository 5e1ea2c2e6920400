/** Receipts of payouts (PAY-3, PAY-5): how each mail stands, for the list of payouts and for whoever asks for one again. */
import type { Knex } from "knex";
import type { PayoutId, UserId, Uuid } from "../../schemas/ids.ts";
import { receiptId } from "../../schemas/receipt-id.ts";
import type { Database } from "../database.ts";
import { rowsOf } from "./statement.ts";

export interface ReceiptResource {
  readonly id: Uuid;
  readonly state: "pending" | "sent" | "failed";
  /** Of the last sending: a receipt that is asked for again begins anew. */
  readonly attempts: number;
  readonly failure: string | null;
  /** Null while the person has not arrived where mails are made. */
  readonly recipient: string | null;
  readonly updatedAt: string;
  readonly canResend: boolean;
}

const RESOURCE = `
  mails.id, state, attempts, failure, nullif(recipient, '') as recipient, updated_at as "updatedAt",
  state <> 'pending' and exists (select from mail_words where mail_id = mails.id) as "canResend"`;

/** By payout; a payout without one was not settled yet, or its person wants no receipts. */
export async function readReceipts(
  database: Knex,
  payoutIds: readonly PayoutId[],
): Promise<ReadonlyMap<PayoutId, ReceiptResource>> {
  const payoutOf = new Map(payoutIds.map((id) => [receiptId(id), id]));
  const text = `select ${RESOURCE} from mails where id = any($1::uuid[])`;
  const rows = await rowsOf<ReceiptResource>(database, { text, values: [[...payoutOf.keys()]] });
  return new Map(rows.map((row) => [payoutOf.get(row.id) as PayoutId, row]));
}

export interface PaidReceipt {
  readonly accountId: UserId;
  /** Null: there is no such mail. */
  readonly state: ReceiptResource["state"] | null;
  readonly canResend: boolean;
}

/** Undefined: there is no such payout. */
export async function findPaidReceipt(
  database: Database,
  payoutId: PayoutId,
): Promise<PaidReceipt | undefined> {
  const { rows } = await database.query<PaidReceipt>(
    `select account_id as "accountId", receipt.state, coalesce("canResend", false) as "canResend"
       from payouts left join (select ${RESOURCE} from mails where id = $2::uuid) as receipt on true
      where payouts.id = $1::uuid`,
    [payoutId, receiptId(payoutId)],
  );
  return rows[0];
}
