/**
 * The sandbox bank's own books, in a file of its own: payments, movements between accounts in double entry, and what it
 * still has to call back. Every change is one transaction that is on disk before anybody is told.
 *
 * 1. One key, one payment: the same order again finds it, another order under the key is refused.
 * 2. Each payment moves money to the payee once at most, and back once at most. All movements add up to zero.
 */
import { createHash, randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";

export interface Order {
  readonly reference: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly creditor: { readonly name: string; readonly iban: string };
  readonly remittance: string;
}

export type PaymentState = "pending" | "paid" | "rejected" | "returned";

export interface BankPayment {
  readonly reference: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly name: string;
  readonly iban: string;
  readonly state: PaymentState;
  readonly reason: string | null;
  readonly createdAt: string;
  readonly changedAt: string;
}

/** What is to become of a new payment, and when. */
export interface Fate {
  readonly state: PaymentState;
  readonly reason: string | null;
  readonly payAtMs: number | null;
  readonly bounceAtMs: number | null;
}

export interface Movement {
  readonly reference: string;
  readonly account: string;
  readonly amountMinor: number;
  readonly kind: "payment" | "return";
}

export interface Callback {
  readonly id: string;
  readonly body: string;
  readonly attempts: number;
}

export type Placed =
  | { readonly state: "created" | "exists"; readonly payment: BankPayment }
  | { readonly state: "exists-with-different-order" };

const SCHEMA = `
  create table if not exists payments (
    reference text primary key, fingerprint text not null, amountMinor integer not null check (amountMinor > 0),
    currency text not null, name text not null, iban text not null, state text not null, reason text,
    payAtMs integer, bounceAtMs integer, createdAt text not null, changedAt text not null) strict;
  create table if not exists movements (
    n integer primary key autoincrement, reference text not null, account text not null, amountMinor integer not null,
    kind text not null, at text not null, unique (reference, account, kind)) strict;
  create table if not exists callbacks (
    id text primary key, body text not null, attempts integer not null default 0, nextAtMs integer not null) strict;`;

const PAYMENT = "reference, amountMinor, currency, name, iban, state, reason, createdAt, changedAt";

/** The account of whoever orders payments. */
const COMPANY = "company";

export class BankBooks {
  readonly #db: DatabaseSync;
  readonly #nowMs: () => number;

  constructor(folder: string, nowMs: () => number = Date.now) {
    mkdirSync(folder, { recursive: true });
    this.#db = new DatabaseSync(join(folder, "bank.sqlite"));
    this.#nowMs = nowMs;
    this.#db.exec("pragma journal_mode = wal; pragma synchronous = full;");
    this.#db.exec(SCHEMA);
  }

  close(): void {
    this.#db.close();
  }

  place(order: Order, fate: Fate): Placed {
    const fingerprint = createHash("sha256").update(JSON.stringify(order)).digest("hex");
    return this.#transaction(() => {
      const known = this.#rows<{ fingerprint: string }>(
        "select fingerprint from payments where reference = ?",
        order.reference,
      )[0];
      if (known === undefined) {
        this.#insert(order, fingerprint, fate);
        return { state: "created", payment: this.#known(order.reference) };
      }
      return known.fingerprint === fingerprint
        ? { state: "exists", payment: this.#known(order.reference) }
        : { state: "exists-with-different-order" };
    });
  }

  find(reference: string): BankPayment | undefined {
    return this.#rows<BankPayment>(`select ${PAYMENT} from payments where reference = ?`, reference)[0];
  }

  /** Pays what was late and brings back what bounces, when its time has come. */
  settleDue(): void {
    const nowMs = this.#nowMs();
    const due = (column: string, state: PaymentState) =>
      this.#rows<{ reference: string }>(
        `select reference from payments where state = '${state}' and ${column} <= ?`,
        nowMs,
      );
    for (const { reference } of due("payAtMs", "pending"))
      this.#transaction(() => this.#change(reference, "paid", null));
    for (const { reference } of due("bounceAtMs", "paid"))
      this.#transaction(() =>
        this.#change(reference, "returned", "AC04: the account is closed; the money came back."),
      );
  }

  dueCallbacks(max: number): Callback[] {
    return this.#rows(
      "select id, body, attempts from callbacks where nextAtMs <= ? order by nextAtMs limit ?",
      this.#nowMs(),
      max,
    );
  }

  calledBack(id: string): void {
    this.#run("delete from callbacks where id = ?", id);
  }

  callBackLater(id: string, waitMs: number): void {
    this.#run(
      "update callbacks set attempts = attempts + 1, nextAtMs = ? where id = ?",
      this.#nowMs() + waitMs,
      id,
    );
  }

  payments(): BankPayment[] {
    return this.#rows(`select ${PAYMENT} from payments order by createdAt, reference`);
  }

  movements(): Movement[] {
    return this.#rows("select reference, account, amountMinor, kind from movements order by n");
  }

  get callbacksWaiting(): number {
    return this.#rows<{ count: number }>("select count(*) as count from callbacks")[0]?.count ?? 0;
  }

  /** Payments that are still to be paid, or to come back. */
  get paymentsUnderWay(): number {
    const text = `select count(*) as count from payments
                   where state = 'pending' or (state = 'paid' and bounceAtMs is not null)`;
    return this.#rows<{ count: number }>(text)[0]?.count ?? 0;
  }

  #insert(order: Order, fingerprint: string, fate: Fate): void {
    const { reference, amountMinor, currency, creditor } = order;
    const at = new Date(this.#nowMs()).toISOString();
    this.#run(
      `insert into payments (reference, fingerprint, amountMinor, currency, name, iban, state, reason, payAtMs, bounceAtMs, createdAt, changedAt)
       values (?, ?, ?, ?, ?, ?, 'pending', null, ?, ?, ?, ?)`,
      ...[reference, fingerprint, amountMinor, currency, creditor.name, creditor.iban],
      ...[fate.payAtMs, fate.bounceAtMs, at, at],
    );
    if (fate.state !== "pending") this.#change(reference, fate.state, fate.reason);
  }

  #change(reference: string, state: PaymentState, reason: string | null): void {
    const at = new Date(this.#nowMs()).toISOString();
    this.#run(
      "update payments set state = ?, reason = ?, changedAt = ? where reference = ?",
      state,
      reason,
      at,
      reference,
    );
    if (state === "paid") this.#move(reference, "payment", 1, at);
    if (state === "returned") this.#move(reference, "return", -1, at);
    const body = JSON.stringify({ type: `payment.${state}`, timestamp: at, data: { reference, state } });
    this.#run(
      "insert into callbacks (id, body, nextAtMs) values (?, ?, ?)",
      `call_${randomUUID()}`,
      body,
      this.#nowMs(),
    );
  }

  #move(reference: string, kind: Movement["kind"], sign: 1 | -1, at: string): void {
    const { amountMinor, iban } = this.#known(reference);
    const insert = "insert into movements (reference, account, amountMinor, kind, at) values (?, ?, ?, ?, ?)";
    this.#run(insert, reference, COMPANY, -sign * amountMinor, kind, at);
    this.#run(insert, reference, iban, sign * amountMinor, kind, at);
  }

  #known(reference: string): BankPayment {
    const payment = this.find(reference);
    if (payment === undefined) throw new Error(`expected a payment ${reference} in the books, found none`);
    return payment;
  }

  #transaction<T>(work: () => T): T {
    this.#db.exec("begin immediate");
    try {
      const result = work();
      this.#db.exec("commit");
      return result;
    } catch (error) {
      this.#db.exec("rollback");
      throw error;
    }
  }

  #rows<T>(text: string, ...values: SQLInputValue[]): T[] {
    return this.#db.prepare(text).all(...values) as unknown as T[];
  }

  #run(text: string, ...values: SQLInputValue[]): void {
    this.#db.prepare(text).run(...values);
  }
}
