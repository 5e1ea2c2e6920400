/** One person's account as it must be: what is due to be booked, the chain of what is booked, and what each date came to. */
import type { Account } from "../../../actors/account/state.ts";
import type { LedgerEntryPostedV2 } from "../../../schemas/generated/messages.ts";
import type { Movement } from "./board-books.ts";
import { demand } from "./demand.ts";

/** What the entries of one date come to, payouts apart. */
export interface Net {
  fees: number;
  feesMinor: number;
  rewards: number;
  rewardsMinor: number;
  otherMinor: number;
}

export class AccountBook {
  readonly id: string;
  readonly partition: number;
  isOpen = false;
  /** In the order in which the board decided them; the first `done` are booked. */
  readonly due: Movement[] = [];
  done = 0;
  /** Dates whose payout is booked. */
  readonly paid = new Set<string>();
  /** Date → balance after its last entry. */
  readonly #balances = new Map<string, number>();
  readonly #nets = new Map<string, Net>();
  #balance = 0;
  #entries = 0;
  #head = "";
  #lastDate = "";

  constructor(id: string, partition: number) {
    this.id = id;
    this.partition = partition;
  }

  get balance(): number {
    return this.#balance;
  }

  get lastDate(): string {
    return this.#lastDate;
  }

  get firstDue(): Movement | undefined {
    return this.due[this.done];
  }

  /** After everything that is dated up to then. */
  balanceAt(date: string): number {
    let balance = 0;
    for (const [each, after] of this.#balances) if (each <= date) balance = after;
    return balance;
  }

  /** Whether it has an entry that is dated into the month. */
  movedIn(month: string): boolean {
    return this.#balances.keys().some((date) => date.startsWith(month));
  }

  netOf(date: string): Net {
    return this.#nets.get(date) ?? { fees: 0, feesMinor: 0, rewards: 0, rewardsMinor: 0, otherMinor: 0 };
  }

  /** A fee or a reward must be the next one that the board decided for this person. */
  takeDue(entry: LedgerEntryPostedV2): void {
    const due = this.firstDue;
    const what = `a ${entry.kind} of ${entry.amountMinor} for task ${entry.taskId} on account ${this.id}`;
    demand(
      due !== undefined,
      "ACC-4",
      () => `${what}, which the board has not decided, or is booked already`,
    );
    const isIt = due.kind === entry.kind && due.taskId === entry.taskId;
    demand(isIt, "G4", () => `${what}, while it is the turn of the ${due.kind} for task ${due.taskId}`);
    const amount = due.kind === "fee" ? -due.amount : due.amount;
    demand(entry.amountMinor === amount, "ACC-1", () => `${what}; the board said ${amount}`);
    const words = entry.title === due.title && entry.jiraId === due.jiraId;
    demand(words, "ACC-6", () => `${what} is called "${entry.title}"; the board said "${due.title}"`);
    const isDated =
      (entry.lateOf ?? entry.businessDate) === due.date && (entry.lateOf ?? "") < entry.businessDate;
    demand(
      isDated,
      "DAY-1",
      () => `${what} is dated ${entry.businessDate}, late of ${entry.lateOf}; it is of ${due.date}`,
    );
    this.done += 1;
  }

  add(entry: LedgerEntryPostedV2, hashOf: (previous: string, entry: LedgerEntryPostedV2) => string): void {
    const what = `entry ${entry.number} of account ${this.id}`;
    const { amountMinor, businessDate, kind } = entry;
    demand(entry.number === this.#entries + 1, "ACC-9", () => `${what} follows number ${this.#entries}`);
    const after = this.#balance + amountMinor;
    demand(
      entry.balanceAfterMinor === after,
      "invariant 1",
      () => `${what} says ${entry.balanceAfterMinor}, it is ${after}`,
    );
    demand(entry.hash === hashOf(this.#head, entry), "ACC-9", () => `${what} breaks the hash chain`);
    demand(
      businessDate >= this.#lastDate,
      "DAY-1",
      () => `${what} of ${businessDate} follows one of ${this.#lastDate}`,
    );
    [this.#entries, this.#balance, this.#head] = [entry.number, after, entry.hash];
    [this.#lastDate] = [businessDate];
    this.#balances.set(businessDate, after);
    if (kind !== "payout") this.#addNet(entry);
  }

  isStored({ balanceMinor, entries, headHash }: Account): void {
    const isSo = balanceMinor === this.#balance && entries === this.#entries && headHash === this.#head;
    demand(isSo, "invariant 1", () => {
      return `account ${this.id} is stored with ${balanceMinor} after ${entries} entries; it is ${this.#balance} after ${this.#entries}`;
    });
  }

  #addNet({ kind, amountMinor, businessDate }: LedgerEntryPostedV2): void {
    const net = this.netOf(businessDate);
    this.#nets.set(businessDate, net);
    if (kind === "fee") {
      net.fees += 1;
      net.feesMinor -= amountMinor;
    } else if (kind === "reward") {
      net.rewards += 1;
      net.rewardsMinor += amountMinor;
    } else {
      net.otherMinor += amountMinor;
    }
  }
}
