/** The payment actors' tables: payouts, whose unique key (account, business date) is the last guard of PAY-1, and payees. */
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { PayoutId, UserId } from "../../schemas/ids.ts";
import type { Minor } from "../../schemas/money.ts";
import type { ActorStore, Db } from "../runtime/actor-store.ts";
import { changedOf, type Statement, writing } from "../runtime/statement.ts";
import {
  type BankAccount,
  type Breakdown,
  type Payee,
  type PaymentEntity,
  type Payout,
  type PayoutState,
  type Provider,
  payeeKey,
  payoutKey,
  type Step,
} from "./state.ts";

interface PayoutRow {
  id: PayoutId;
  account_id: UserId;
  business_date: BusinessDate;
  amount: Minor;
  breakdown: Breakdown;
  payee: BankAccount | null;
  state: PayoutState;
  attempts: number;
  failure: string | null;
  provider: Provider | null;
  settled_at: string | null;
  steps: readonly Step[];
  updated_at: string;
}

interface PayeeRow extends BankAccount {
  account_id: UserId;
  changed_at: string;
}

export const paymentStore: ActorStore<PaymentEntity> = {
  async open() {
    return []; // what is under way is in the agenda, and names its payout when it is answered
  },
  async load(db, _partition, keys) {
    const payouts = named(keys, "payout/");
    const payees = named(keys, "payee/");
    return [
      ...(payouts.length > 0 ? await selectPayouts(db, payouts) : []),
      ...(payees.length > 0 ? await selectPayees(db, payees) : []),
    ];
  },
  save: (saves) => [
    ...upsertPayouts(changedOf(saves, (entity) => "businessDate" in entity)),
    ...upsertPayees(changedOf(saves, (entity) => "iban" in entity)),
  ],
};

function named(keys: readonly string[], prefix: string): string[] {
  return keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
}

async function selectPayouts(db: Db, ids: readonly string[]): Promise<Payout[]> {
  const { rows } = await db.query<PayoutRow>(
    `select id, account_id, business_date, amount, breakdown, payee, state, attempts, failure, provider, settled_at,
            steps, updated_at
       from payouts where id = any($1::uuid[])`,
    [ids],
  );
  return rows.map(payoutOf);
}

function payoutOf(row: PayoutRow): Payout {
  return {
    key: payoutKey(row.id),
    id: row.id,
    accountId: row.account_id,
    businessDate: row.business_date,
    amountMinor: row.amount,
    breakdown: row.breakdown,
    payee: row.payee ?? undefined,
    state: row.state,
    attempts: row.attempts,
    failure: row.failure ?? undefined,
    provider: row.provider ?? undefined,
    settledAt: row.settled_at ?? undefined,
    steps: row.steps,
    updatedAt: row.updated_at,
  };
}

async function selectPayees(db: Db, ids: readonly string[]): Promise<Payee[]> {
  const { rows } = await db.query<PayeeRow>(
    "select account_id, iban, holder, changed_at from payees where account_id = any($1::uuid[])",
    [ids],
  );
  return rows.map(({ account_id: accountId, iban, holder, changed_at: changedAt }) => ({
    key: payeeKey(accountId),
    accountId,
    iban,
    holder,
    changedAt,
  }));
}

/** Whom, when, how much and where to is fixed by the first row: a later form moves only the life of the payout. */
const upsertPayouts = (payouts: readonly Payout[]): Statement[] =>
  writing(
    "payouts",
    `insert into payouts (id, account_id, business_date, amount, breakdown, payee, state, attempts, failure, provider,
                          settled_at, steps, updated_at)
     select * from unnest($1::uuid[], $2::uuid[], $3::date[], $4::bigint[], $5::jsonb[], $6::jsonb[], $7::text[],
                          $8::int[], $9::text[], $10::text[], $11::timestamptz[], $12::jsonb[], $13::timestamptz[])
     on conflict (id) do update set state = excluded.state, attempts = excluded.attempts, failure = excluded.failure,
       provider = excluded.provider, settled_at = excluded.settled_at, steps = excluded.steps,
       updated_at = excluded.updated_at`,
    payouts,
    ({ id }) => id,
    ({ accountId }) => accountId,
    ({ businessDate }) => businessDate,
    ({ amountMinor }) => amountMinor,
    ({ breakdown }) => JSON.stringify(breakdown),
    ({ payee }) => (payee === undefined ? null : JSON.stringify(payee)),
    ({ state }) => state,
    ({ attempts }) => attempts,
    ({ failure }) => failure,
    ({ provider }) => provider,
    ({ settledAt }) => settledAt,
    ({ steps }) => JSON.stringify(steps),
    ({ updatedAt }) => updatedAt,
  );

const upsertPayees = (payees: readonly Payee[]): Statement[] =>
  writing(
    "payees",
    `insert into payees (account_id, iban, holder, changed_at)
     select * from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[])
     on conflict (account_id) do update set iban = excluded.iban, holder = excluded.holder,
       changed_at = excluded.changed_at`,
    payees,
    ({ accountId }) => accountId,
    ({ iban }) => iban,
    ({ holder }) => holder,
    ({ changedAt }) => changedAt,
  );
