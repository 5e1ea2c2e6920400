/**
 * The dates of account partitions (DAY-3, DAY-4, DAY-6): a date ends by the board's barrier, when everything of it is
 * booked but what waits in parked mailboxes; whose mailbox that is, is held; everybody else with a positive balance is
 * paid all of it, once; and then nothing is booked on it any more.
 */
import type { Book } from "../../../actors/account/state.ts";
import type { LetterRow } from "../../../actors/runtime/store.ts";
import type { Company } from "../../../schemas/company.ts";
import type { DayPartitionClosedV1, LedgerEntryPostedV2 } from "../../../schemas/generated/messages.ts";
import type { SimulatedDatabase } from "../store/database.ts";
import type { AccountBook } from "./account-book.ts";
import type { BoardBooks } from "./board-books.ts";
import { demand, same } from "./demand.ts";
import type { TotalsByDate } from "./totals.ts";

export interface Closed {
  readonly payouts: number;
  readonly payoutsMinor: number;
}

interface PartitionBook {
  /** The open date, as the last commit left it. */
  date: string;
  /** The date of the last fee, reward or return: they never go back. */
  lastDate: string;
  /** Within a commit: the date that is open at its end. */
  until: string;
  parked: ReadonlySet<string>;
}

interface DaysOptions {
  readonly company: Company;
  readonly database: SimulatedDatabase;
  readonly board: BoardBooks;
  readonly accounts: ReadonlyMap<string, AccountBook>;
  readonly posted: TotalsByDate;
}

export class PartitionDays {
  readonly #o: DaysOptions;
  readonly #partitions: readonly PartitionBook[];
  /** `<date> <partition>` → what its close came to. */
  readonly closed = new Map<string, Closed>();
  readonly #payouts = new Map<string, { payouts: number; payoutsMinor: number }>();
  /** `<date> <partition>` → who waited, or may have waited, in a parked mailbox at its barrier. */
  readonly #parkedThen = new Map<string, ReadonlySet<string>>();
  /** `<date> <partition>` → whose facts of the date were not booked at its barrier, or came after it. */
  readonly #unbooked = new Map<string, Set<string>>();
  readonly #held = new Map<string, ReadonlySet<string>>();

  constructor(options: DaysOptions) {
    this.#o = options;
    const { firstDate, partitions } = options.company;
    this.#partitions = Array.from({ length: partitions }, () => {
      return { date: firstDate, lastDate: "", until: firstDate, parked: new Set<string>() };
    });
  }

  /** A commit begins; with its book the partition comes to the dates that the board has ended. */
  begin(partition: number, book: Book | undefined, letters: readonly LetterRow[]): void {
    const own = this.#of(partition);
    own.until = book?.businessDate ?? own.date;
    demand(
      own.until >= own.date,
      "DAY-1",
      () => `account/${partition} goes back from ${own.date} to ${own.until}`,
    );
    if (own.until === own.date) return;
    const touched = new Set([
      ...own.parked,
      ...this.#parkedNow(partition),
      ...letters.map(({ actor }) => actor),
    ]);
    for (const date of this.#ending(own)) {
      const isEnded = this.#o.board.ended.has(date);
      demand(isEnded, "DAY-3", () => `account/${partition} ends ${date}, which the board has not ended`);
      this.#parkedThen.set(`${date} ${partition}`, touched);
    }
  }

  /** A fee, a reward or a return is of the date that is open. */
  isOpen(partition: number, { kind, businessDate, accountId }: LedgerEntryPostedV2): void {
    const own = this.#of(partition);
    const isSo = businessDate >= own.date && businessDate <= own.until && businessDate >= own.lastDate;
    demand(
      isSo,
      "DAY-6",
      () => `a ${kind} on account ${accountId} is dated ${businessDate}; open is ${own.date} to ${own.until}`,
    );
    own.lastDate = businessDate;
  }

  /** Booked after the barrier of its own date: its account must be held for that date. */
  late(account: AccountBook, date: string): void {
    const key = `${date} ${account.partition}`;
    const held = this.#held.get(key);
    if (held === undefined) this.#mustHold(key, account.id);
    else
      demand(
        held.has(account.id),
        "DAY-4",
        () => `account ${account.id} booked facts of ${date} late and was not held`,
      );
  }

  pay(
    partition: number,
    account: AccountBook,
    { businessDate, amountMinor, accountId }: LedgerEntryPostedV2,
  ): void {
    const own = this.#of(partition);
    const key = `${businessDate} ${partition}`;
    const what = `the payout of ${businessDate} on account ${accountId}`;
    demand(businessDate < own.until, "DAY-3", () => `${what} comes before the barrier`);
    demand(!this.closed.has(key), "DAY-6", () => `${what} comes after the date is closed`);
    demand(!account.paid.has(businessDate), "DAY-5", () => `${what} is booked twice`);
    demand(
      account.lastDate <= businessDate,
      "DAY-3",
      () => `${what} comes after an entry of ${account.lastDate}`,
    );
    const isAll = account.balance > 0 && amountMinor === -account.balance;
    demand(
      isAll,
      "DAY-2",
      () => `${what} is ${amountMinor}; the balance at the barrier is ${account.balance}`,
    );
    const isUnknown = this.#unbooked.get(key)?.has(accountId) === true;
    demand(!isUnknown, "DAY-4", () => `${what}, while facts of the date wait in its parked mailbox`);
    account.paid.add(businessDate);
    const sum = this.#payouts.get(key) ?? { payouts: 0, payoutsMinor: 0 };
    this.#payouts.set(key, { payouts: sum.payouts + 1, payoutsMinor: sum.payoutsMinor - amountMinor });
  }

  /** The partition says that the date is closed. */
  close(partition: number, data: DayPartitionClosedV1): void {
    const { businessDate: date, posted, payouts, payoutsMinor, heldAccounts } = data;
    const key = `${date} ${partition}`;
    const what = `account/${partition} closes ${date}`;
    demand(!this.closed.has(key), "DAY-5", () => `${what} twice`);
    demand(date < this.#of(partition).until, "DAY-3", () => `${what} before the barrier`);
    const own = this.#o.posted.of(date, partition);
    demand(
      same(posted, own),
      "DAY-4",
      () => `${what} with ${JSON.stringify(posted)}; its entries say ${JSON.stringify(own)}`,
    );
    const paid = this.#payouts.get(key) ?? { payouts: 0, payoutsMinor: 0 };
    const isPaid = payouts === paid.payouts && payoutsMinor === paid.payoutsMinor;
    demand(
      isPaid,
      "DAY-6",
      () => `${what} with ${payouts} payouts of ${payoutsMinor}; booked are ${JSON.stringify(paid)}`,
    );
    this.closed.set(key, paid);
    this.#areHeld(key, what, heldAccounts);
    for (const account of this.#accountsOf(partition)) this.#isSettled(account, date, key);
  }

  /** A commit ends: what is not booked of dates that ended in it waits in parked mailboxes. */
  end(partition: number, book: Book | undefined): void {
    const own = this.#of(partition);
    own.parked = this.#parkedNow(partition);
    for (const account of own.until > own.date ? this.#accountsOf(partition) : []) {
      const due = account.firstDue;
      if (due === undefined || due.date >= own.until) continue;
      const isParked = own.parked.has(`account/${account.id}`);
      demand(
        isParked,
        "DAY-3",
        () => `account ${account.id} lacks a ${due.kind} of ${due.date}, whose barrier has come`,
      );
      for (const date of this.#ending(own))
        if (due.date <= date) this.#mustHold(`${date} ${partition}`, account.id);
    }
    own.date = own.until;
    if (book === undefined) return;
    const posted = this.#o.posted.of(book.businessDate, partition);
    demand(same(book.posted, posted), "DAY-4", () => {
      return `the book of account/${partition} says ${JSON.stringify(book.posted)} of ${book.businessDate}; it is ${JSON.stringify(posted)}`;
    });
  }

  open(): string | undefined {
    for (const date of this.#o.board.ended)
      for (const partition of this.#partitions.keys())
        if (!this.closed.has(`${date} ${partition}`)) return `${date} is not closed in account/${partition}`;
    return undefined;
  }

  #areHeld(key: string, what: string, heldAccounts: DayPartitionClosedV1["heldAccounts"]): void {
    const held = new Set<string>(heldAccounts.map(({ userId }) => userId));
    demand(held.size === heldAccounts.length, "DAY-4", () => `${what} and names a held account twice`);
    for (const { userId, reason } of heldAccounts) {
      const wasParked =
        reason === "mailbox_parked" && this.#parkedThen.get(key)?.has(`account/${userId}`) === true;
      demand(wasParked, "DAY-4", () => `${what} and holds ${userId} for ${reason}, without a reason`);
    }
    for (const id of this.#unbooked.get(key) ?? [])
      demand(
        held.has(id),
        "DAY-4",
        () => `${what} and does not hold ${id}, whose facts of it are not all booked`,
      );
    this.#held.set(key, held);
  }

  /** Paid, or nothing to pay, or held. */
  #isSettled(account: AccountBook, date: string, key: string): void {
    const isHeld = this.#held.get(key)?.has(account.id) === true;
    const isBoth = isHeld && account.paid.has(date);
    demand(!isBoth, "DAY-4", () => `account ${account.id} is held for ${date}, and paid`);
    const left = account.balanceAt(date);
    const isSo = left <= 0 || isHeld;
    // One that could not be paid for its parked mailbox had to be held.
    const rule = this.#parkedThen.get(key)?.has(`account/${account.id}`) === true ? "DAY-4" : "DAY-2";
    demand(isSo, rule, () => `account ${account.id} is left with ${left} at the close of ${date}`);
  }

  #mustHold(key: string, id: string): void {
    const known = this.#unbooked.get(key);
    if (known === undefined) this.#unbooked.set(key, new Set([id]));
    else known.add(id);
  }

  #ending({ date, until }: PartitionBook): string[] {
    const dates: string[] = [];
    for (let each = date; each < until; each = following(each)) dates.push(each);
    return dates;
  }

  #parkedNow(partition: number): ReadonlySet<string> {
    const { parked } = this.#o.database.letters.parked({ kind: "account", partition });
    return new Set(parked.map(({ actor }) => actor));
  }

  #accountsOf(partition: number): AccountBook[] {
    return [...this.#o.accounts.values()].filter((account) => account.partition === partition);
  }

  #of(partition: number): PartitionBook {
    const own = this.#partitions[partition];
    if (own === undefined) throw new RangeError(`no account partition ${partition}`);
    return own;
  }
}

function following(date: string): string {
  return new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, 10);
}
