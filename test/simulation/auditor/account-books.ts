/**
 * The ledger as it must be: for each person the movements that the board decided, in their order, and nothing else
 * (ACC-4, G4, G5, G8); chains and sums by an arithmetic of its own (ACC-5, ACC-9); dates that end by their barriers
 * alone, and payouts of exactly what was there (DAY-2..6).
 */
import { createHash } from "node:crypto";
import type { Account, AccountEntity, Book, HouseAccount } from "../../../actors/account/state.ts";
import type { Fact } from "../../../actors/runtime/actor.ts";
import type { Company } from "../../../schemas/company.ts";
import type { LedgerEntryPostedV2 } from "../../../schemas/generated/messages.ts";
import { partitionOf } from "../../../streams/partition.ts";
import type { Commit, SimulatedDatabase } from "../store/database.ts";
import { AccountBook } from "./account-book.ts";
import type { BoardBooks, Movement } from "./board-books.ts";
import type { ByHandBooks } from "./by-hand-books.ts";
import { demand, same } from "./demand.ts";
import { PartitionDays } from "./partition-days.ts";
import type { PayoutBooks } from "./payout-books.ts";
import { TotalsByDate } from "./totals.ts";

export interface AccountBooksOptions {
  readonly company: Company;
  readonly database: SimulatedDatabase;
  readonly board: BoardBooks;
  readonly payouts: PayoutBooks;
  readonly byHand: ByHandBooks;
}

export class AccountBooks {
  readonly accounts = new Map<string, AccountBook>();
  readonly posted = new TotalsByDate();
  readonly days: PartitionDays;
  readonly #company: Company;
  readonly #payouts: PayoutBooks;
  readonly #byHand: ByHandBooks;
  readonly #houses = new Map<string, number>();
  readonly #transfers = new Set<string>();
  /** Balances as they are stored: what every commit must leave in sum at zero. */
  readonly #stored = new Map<string, number>();

  constructor({ company, database, board, payouts, byHand }: AccountBooksOptions) {
    this.#company = company;
    this.#payouts = payouts;
    this.#byHand = byHand;
    this.days = new PartitionDays({ company, database, board, accounts: this.accounts, posted: this.posted });
  }

  /** The board has decided it; the account must book it, in its turn. */
  readonly owe = (movement: Movement): void => {
    this.#account(movement.userId).due.push(movement);
  };

  hear({ lease: { partition }, writes }: Commit): void {
    const book = writes.changed.find((entity): entity is Book => entity.key === "book");
    this.days.begin(partition, book, writes.letters);
    for (const { fact } of writes.facts) this.#hearFact(partition, fact);
    this.days.end(partition, book);
    this.#compare(partition, writes.changed as readonly AccountEntity[]);
  }

  /** What is not booked yet, in words. */
  open(): string | undefined {
    for (const account of this.accounts.values()) {
      const [due] = account.due.slice(account.done);
      if (due !== undefined)
        return `a ${due.kind} of task ${due.taskId} is not booked on account ${account.id}`;
    }
    return this.days.open();
  }

  #account(id: string): AccountBook {
    const known = this.accounts.get(id);
    if (known !== undefined) return known;
    const account = new AccountBook(id, partitionOf(id, this.#company.partitions));
    this.accounts.set(id, account);
    return account;
  }

  #hearFact(partition: number, fact: Fact): void {
    switch (fact.type) {
      case "account.opened": {
        const account = this.#account(fact.data.accountId);
        demand(!account.isOpen, "ACC-3", () => `account ${account.id} is opened twice`);
        account.isOpen = true;
        return;
      }
      case "ledger.entry-posted":
        this.#entry(partition, fact.data);
        return;
      case "payout.requested":
        this.#payouts.request(fact.data, this.#account(fact.data.accountId).netOf(fact.data.businessDate));
        return;
      case "payout.returned":
        this.#payouts.returned(fact.data.payoutId);
        return;
      case "day.partition-closed":
        this.days.close(partition, fact.data);
        return;
      default:
        return;
    }
  }

  #entry(partition: number, entry: LedgerEntryPostedV2): void {
    const account = this.#account(entry.accountId);
    demand(
      account.partition === partition,
      "G4",
      () => `account ${account.id} is booked by partition ${partition}`,
    );
    demand(account.isOpen, "ACC-3", () => `an entry on account ${account.id}, which was never opened`);
    const isNew = !this.#transfers.has(entry.transferId);
    demand(isNew, "ACC-4", () => `transfer ${entry.transferId} is booked twice`);
    this.#transfers.add(entry.transferId);
    this.#judge(partition, account, entry);
    account.add(entry, hashOf);
    const house = `${partition} ${entry.counterAccount}`;
    this.#houses.set(house, (this.#houses.get(house) ?? 0) - entry.amountMinor);
  }

  #judge(partition: number, account: AccountBook, entry: LedgerEntryPostedV2): void {
    switch (entry.kind) {
      case "fee":
      case "reward":
        this.days.isOpen(partition, entry);
        account.takeDue(entry);
        if (entry.lateOf !== undefined) this.days.late(account, entry.lateOf);
        this.posted.add(entry.businessDate, partition, entry.kind, Math.abs(entry.amountMinor));
        return;
      case "payout":
        this.days.pay(partition, account, entry);
        this.#payouts.booked(entry);
        return;
      case "payout-return":
        this.days.isOpen(partition, entry);
        this.#payouts.takeReturn(entry);
        return;
      case "correction":
      case "bonus":
        this.days.isOpen(partition, entry);
        this.#byHand.take(entry);
    }
  }

  /** What is stored is what the entries say; and nothing is made or lost (invariant 1). */
  #compare(partition: number, changed: readonly AccountEntity[]): void {
    let sum = 0;
    for (const entity of changed) {
      if (entity.key === "book") continue;
      const { balanceMinor } = entity as Account | HouseAccount;
      const name = "entries" in entity ? entity.key : `${partition} ${entity.key}`;
      sum += balanceMinor - (this.#stored.get(name) ?? 0);
      this.#stored.set(name, balanceMinor);
      if ("entries" in entity) this.#account(entity.id).isStored(entity);
      else this.#isStoredHouse(name, balanceMinor);
    }
    demand(
      sum === 0,
      "invariant 1",
      () => `a commit of account/${partition} changes the sum of the ledger by ${sum}`,
    );
  }

  #isStoredHouse(name: string, balanceMinor: number): void {
    const own = this.#houses.get(name) ?? 0;
    demand(
      own === balanceMinor,
      "invariant 1",
      () => `house account ${name} holds ${balanceMinor}, its entries ${own}`,
    );
  }

  /** At a quiet moment: all that is stored, not only what changed. */
  check(database: SimulatedDatabase): void {
    for (const entity of database.rowsOf("account", "account/")) {
      const stored = entity as Account;
      this.#account(stored.id).isStored(stored);
    }
    for (const { partition, entity } of database.table("account").rows()) {
      if (entity.key !== "book") continue;
      const { businessDate, posted } = entity as Book;
      const own = this.posted.of(businessDate, partition);
      demand(
        same(posted, own),
        "DAY-4",
        () => `the book of account/${partition} says ${JSON.stringify(posted)}`,
      );
    }
  }
}

/** The link of the hash chain, computed anew (ACC-9). */
function hashOf(previous: string, entry: LedgerEntryPostedV2): string {
  const { accountId, number, transferId, kind, amountMinor, balanceAfterMinor, counterAccount } = entry;
  const {
    taskId = "",
    title = "",
    jiraId = "",
    payoutId = "",
    businessDate,
    lateOf,
    occurredAt,
    traceId,
  } = entry;
  const late = lateOf === undefined ? [] : [lateOf];
  const said = [
    previous,
    accountId,
    number,
    transferId,
    kind,
    amountMinor,
    balanceAfterMinor,
    counterAccount,
  ];
  const text = JSON.stringify([
    ...said,
    taskId,
    title,
    jiraId,
    payoutId,
    businessDate,
    occurredAt,
    traceId,
    ...late,
  ]);
  return createHash("sha256").update(text).digest("hex");
}
