/** The payment actors' table: payouts. Its unique key (account, business date) is the last guard of PAY-1. */
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { PayoutId, UserId } from "../../schemas/ids.ts";
import type { Minor } from "../../schemas/money.ts";
import type { ActorStore } from "../runtime/actor-store.ts";
import { type Statement, writing } from "../runtime/statement.ts";
import { type Breakdown, type Payout, type PayoutState, payoutKey } from "./state.ts";

interface PayoutRow {
  id: PayoutId;
  account_id: UserId;
  business_date: BusinessDate;
  amount: Minor;
  breakdown: Breakdown;
  state: PayoutState;
  attempts: number;
  failure: string | null;
  updated_at: string;
}

export const paymentStore: ActorStore<Payout> = {
  async open() {
    return []; // what is under way is in the agenda, and names its payout when it is answered
  },
  async load(db, _partition, keys) {
    const { rows } = await db.query<PayoutRow>(
      `select id, account_id, business_date, amount, breakdown, state, attempts, failure, updated_at
         from payouts where id = any($1::uuid[])`,
      [keys.map((key) => key.slice("payout/".length))],
    );
    return rows.map(payoutOf);
  },
  save: (saves) => upsertPayouts(saves.flatMap(({ changed }) => changed)),
};

function payoutOf(row: PayoutRow): Payout {
  return {
    key: payoutKey(row.id),
    id: row.id,
    accountId: row.account_id,
    businessDate: row.business_date,
    amountMinor: row.amount,
    breakdown: row.breakdown,
    state: row.state,
    attempts: row.attempts,
    failure: row.failure ?? undefined,
    updatedAt: row.updated_at,
  };
}

/** Whom, when and how much is fixed by the first row: a later form moves only the life of the payout. */
const upsertPayouts = (payouts: readonly Payout[]): Statement[] =>
  writing(
    "payouts",
    `insert into payouts (id, account_id, business_date, amount, breakdown, state, attempts, failure, updated_at)
     select * from unnest($1::uuid[], $2::uuid[], $3::date[], $4::bigint[], $5::jsonb[], $6::text[], $7::int[],
                          $8::text[], $9::timestamptz[])
     on conflict (id) do update set state = excluded.state, attempts = excluded.attempts, failure = excluded.failure,
       updated_at = excluded.updated_at`,
    payouts,
    ({ id }) => id,
    ({ accountId }) => accountId,
    ({ businessDate }) => businessDate,
    ({ amountMinor }) => amountMinor,
    ({ breakdown }) => JSON.stringify(breakdown),
    ({ state }) => state,
    ({ attempts }) => attempts,
    ({ failure }) => failure,
    ({ updatedAt }) => updatedAt,
  );
