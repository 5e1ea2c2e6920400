/** Payouts (PAY-1), newest business date first: everybody's, or one person's own. */
import type { Knex } from "knex";
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { PayoutId, UserId } from "../../schemas/ids.ts";
import type { Minor } from "../../schemas/money.ts";
import type { Page } from "../route.ts";
import { decodeCursor } from "./cursor.ts";
import { PayoutModel, type PayoutState } from "./models.ts";
import { cutPage, type PageRequest, pageSize } from "./page.ts";
import { person } from "./person.ts";
import { type ReceiptResource, readReceipts } from "./receipts.ts";

export interface PayoutResource {
  readonly id: PayoutId;
  readonly userId: UserId;
  readonly name: string;
  readonly businessDate: BusinessDate;
  readonly amountMinor: Minor;
  readonly state: PayoutState;
  readonly attempts: number;
  readonly failure: string | null;
  readonly updatedAt: string;
  readonly receipt: ReceiptResource | null;
}

/** One line of a payout's life; `by` had the provider asked. */
export interface PayoutStep {
  readonly at: string;
  readonly what: string;
  readonly attempt: number | null;
  readonly detail: string | null;
  readonly by: UserId | null;
}

export interface PayoutStory extends PayoutResource {
  readonly provider: "sandbox" | "http" | null;
  readonly steps: readonly PayoutStep[];
}

export interface PayoutListRequest extends PageRequest {
  /** Only this person's. */
  readonly userId?: UserId;
  readonly date?: BusinessDate;
  readonly state?: PayoutState;
}

export const PAYOUT_STATES: readonly PayoutState[] = [
  "requested",
  "submitted",
  "settled",
  "failed",
  "returned",
];

const LIST = "payouts";

export async function listPayouts(database: Knex, request: PayoutListRequest): Promise<Page<PayoutResource>> {
  const query = PayoutModel.query(database)
    .withGraphFetched("person")
    .orderBy([
      { column: "business_date", order: "desc" },
      { column: "id", order: "desc" },
    ])
    .limit(pageSize(request) + 1);
  if (request.userId !== undefined) query.where("account_id", request.userId);
  if (request.date !== undefined) query.where("business_date", request.date);
  if (request.state !== undefined) query.where("state", request.state);
  if (request.cursor !== undefined) {
    query.whereRaw("(business_date, id) < (?, ?)", [...decodeCursor(LIST, request.cursor, ["date", "uuid"])]);
  }
  const rows = await query;
  const receipts = await readReceipts(
    database,
    rows.map(({ id }) => id),
  );
  const toItem = (row: PayoutModel) => payoutResource(row, receipts.get(row.id) ?? null);
  return cutPage(rows, pageSize(request), LIST, (row) => [row.businessDate, row.id], toItem);
}

/** One payout with its steps; undefined when there is none, or it is not this person's. */
export async function findPayout(
  database: Knex,
  id: PayoutId,
  userId: UserId | undefined,
): Promise<PayoutStory | undefined> {
  const row = await PayoutModel.query(database).withGraphFetched("person").findById(id);
  if (row === undefined || (userId !== undefined && row.accountId !== userId)) return undefined;
  const receipts = await readReceipts(database, [id]);
  const nothing = { attempt: null, detail: null, by: null };
  const steps = row.steps.map((step) => ({ ...nothing, ...step }));
  return { ...payoutResource(row, receipts.get(id) ?? null), provider: row.provider, steps };
}

function payoutResource(payout: PayoutModel, receipt: ReceiptResource | null): PayoutResource {
  return {
    id: payout.id,
    userId: payout.accountId,
    name: person(payout.accountId, payout.person?.name).name,
    businessDate: payout.businessDate,
    amountMinor: payout.amount,
    state: payout.state,
    attempts: payout.attempts,
    failure: payout.failure,
    updatedAt: payout.updatedAt,
    receipt,
  };
}
