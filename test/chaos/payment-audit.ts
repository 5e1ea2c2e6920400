/** Our payouts against the bank's own books: every payout's money arrived exactly once, or came back exactly once (PAY-1). */
import type pg from "pg";

/** What `GET /books` of the sandbox bank answers. */
export interface BankStatement {
  readonly payments: readonly { readonly reference: string; readonly state: string; readonly iban: string }[];
  readonly movements: readonly {
    readonly reference: string;
    readonly account: string;
    readonly amountMinor: number;
    readonly kind: "payment" | "return";
  }[];
  readonly sumMinor: number;
  readonly callbacksWaiting: number;
  /** Still to be paid, or to come back. */
  readonly paymentsUnderWay: number;
}

export interface Owed {
  readonly id: string;
  readonly accountId: string;
  readonly state: string;
  readonly amount: number;
  readonly attempts: number;
  readonly iban: string | null;
  /** Entries that book it back. */
  readonly returns: number;
}

export async function readOwed(pool: pg.Pool): Promise<Owed[]> {
  const { rows } = await pool.query<Owed>(
    `with returns as (
       select payout_id as id, count(*)::int as count from entries where kind = 'payout-return' group by payout_id)
     select id, account_id as "accountId", state, amount, attempts, payee ->> 'iban' as iban, coalesce(returns.count, 0) as returns
       from payouts left join returns using (id) order by id`,
  );
  return rows;
}

/** One sentence for each wrong; empty = every payout is where it should be. */
export function wrongs(owed: readonly Owed[], bank: BankStatement): string[] {
  const known = new Map(owed.map((payout) => [payout.id, payout]));
  const strangers = bank.payments.filter(({ reference }) => !known.has(reference));
  return [
    ...(bank.sumMinor === 0 ? [] : [`the bank's books are off by ${bank.sumMinor}`]),
    ...strangers.map(({ reference }) => `the bank has a payment ${reference} that nobody ordered`),
    ...owed.flatMap((payout) => wrongOf(payout, bank)),
  ];
}

function wrongOf({ id, state, amount, iban, returns }: Owed, { movements }: BankStatement): string[] {
  const own = movements.filter(({ reference, account }) => reference === id && account !== "company");
  const elsewhere = own.filter(({ account }) => account !== iban);
  const arrivedMinor = own.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const times = own.filter(({ kind }) => kind === "payment").length;
  const said = `payout ${id} of ${amount} is ${state}, came back ${returns} times in our books`;
  if (elsewhere.length > 0) return [`${said}: the bank paid ${elsewhere[0]?.account}, and not ${iban}`];
  if (times > 1) return [`${said}: the bank paid it ${times} times`];
  const isRight =
    (state === "settled" && arrivedMinor === amount && returns === 0) ||
    (state === "returned" && arrivedMinor === 0 && returns === 1);
  return isRight ? [] : [`${said}: by the bank's books ${arrivedMinor} has arrived`];
}
