/**
 * An account partition's working set: accounts as they are touched, its house accounts, and its book: the open business
 * date, what was posted for it, and the closes still under way.
 */
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { Company } from "../../schemas/company.ts";
import type { DayPartitionClosedV1, PayoutRequestedV1 } from "../../schemas/generated/messages.ts";
import type { UserId } from "../../schemas/ids.ts";
import { type Minor, ZERO } from "../../schemas/money.ts";
import { type ControlTotals, NO_TOTALS } from "../ledger/control-totals.ts";
import type { Head, HouseAccountName } from "../ledger/entry.ts";
import { Entities } from "../runtime/entities.ts";

export type Breakdown = Readonly<PayoutRequestedV1["breakdown"]>;
export type HeldAccount = Readonly<DayPartitionClosedV1["heldAccounts"][number]>;

/** A person's ledger account. */
export interface Account extends Head {
  readonly key: `account/${string}`;
  /** Since which date its payouts are held, until an operator releases it (DAY-4). */
  readonly heldSince?: BusinessDate | undefined;
  /** The date of the last entry, and what that date's entries come to: what a payout is made of (PAY-3). */
  readonly lastDate: BusinessDate | undefined;
  readonly day: Breakdown;
}

export interface HouseAccount {
  readonly key: `house/${string}`;
  readonly name: HouseAccountName;
  readonly balanceMinor: Minor;
}

/** A date whose barrier has come and whose payouts are being booked. */
export interface Closing {
  readonly businessDate: BusinessDate;
  readonly posted: ControlTotals;
  /** The board's and our totals differ: accounts that moved on the date are held (DAY-4). */
  readonly mismatch: boolean;
  /** … or those alone whose facts they differ by, once that is found out. */
  readonly search?: Search | undefined;
  /** Accounts up to it are done. */
  readonly after: UserId | undefined;
  readonly payouts: number;
  readonly payoutsMinor: Minor;
  readonly held: readonly HeldAccount[];
}

/** For whose facts sent and posted totals differ by, account by account. */
export interface Search {
  /** Sent less posted, and what that weighs. */
  readonly difference: ControlTotals;
  readonly weight: number;
  readonly found: readonly UserId[];
  /** Accounts up to it were looked at; undefined at the beginning. */
  readonly after: UserId | undefined;
  readonly isOver: boolean;
}

/** Messages of a date that wait in parked mailboxes. */
export interface Waiting {
  readonly fees: number;
  readonly rewards: number;
}

export interface Book {
  readonly key: "book";
  /** The date that entries are booked on; every earlier date has its barrier. */
  readonly businessDate: BusinessDate;
  readonly posted: ControlTotals;
  /** What those of the date itself weigh (actors/ledger/whose.ts). */
  readonly weight: number;
  /** What of it belongs to dates before: it was parked when they ended. */
  readonly late: ControlTotals;
  /** By their dates: the open one, or later. */
  readonly waiting: Readonly<Record<string, Waiting>>;
  /** In the order of their dates; the first one is worked on. */
  readonly closings: readonly Closing[];
}

export type AccountEntity = Account | HouseAccount | Book;

export const accountKey = (id: string): `account/${string}` => `account/${id}`;
/** A date that begins. */
export const NOTHING_BOOKED = { posted: NO_TOTALS, weight: 0, late: NO_TOTALS, waiting: {} };
export const NO_MOVEMENT = { fees: 0, feesMinor: ZERO, rewards: 0, rewardsMinor: ZERO, otherMinor: ZERO };

export function newAccount(id: UserId): Account {
  const day = { carriedMinor: ZERO, ...NO_MOVEMENT };
  return { key: accountKey(id), id, balanceMinor: ZERO, entries: 0, headHash: "", lastDate: undefined, day };
}

/** Accounts of one piece of a close: some 10 ms of work. */
const PIECE_ACCOUNTS = 500;

export class AccountState extends Entities<AccountEntity> {
  readonly pieceAccounts: number;
  readonly #company: Company;

  constructor(company: Company, pieceAccounts = PIECE_ACCOUNTS) {
    super();
    this.#company = company;
    this.pieceAccounts = pieceAccounts;
  }

  get book(): Book {
    const book = this.get("book");
    if (book !== undefined) return book as Book;
    return { key: "book", businessDate: this.#company.firstDate, ...NOTHING_BOOKED, closings: [] };
  }

  account(id: string): Account | undefined {
    return this.get(accountKey(id)) as Account | undefined;
  }

  house(name: HouseAccountName): HouseAccount {
    return (this.get(name) as HouseAccount | undefined) ?? { key: name, name, balanceMinor: ZERO };
  }

  protected override pinned(entity: AccountEntity): boolean {
    return !("entries" in entity);
  }
}
