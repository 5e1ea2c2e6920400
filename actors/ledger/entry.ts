/**
 * The book's one way to move money: a transfer between a person's ledger account and a house account, written as one
 * entry seen from the person. It debits one and credits the other by the same amount, so the sum over all ledger
 * accounts stays zero at every commit (ACC-5). The entries of a person form a hash chain (ACC-9).
 */
import { hash } from "node:crypto";
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { LedgerEntryPostedV2 } from "../../schemas/generated/messages.ts";
import type { PayoutId, TaskId, UserId, Uuid } from "../../schemas/ids.ts";
import { add, type Minor } from "../../schemas/money.ts";

export type EntryKind = LedgerEntryPostedV2["kind"];
export type Entry = LedgerEntryPostedV2;

/** House accounts, striped per partition. What the person gets, the house account gives, and the other way round. */
export const COUNTER_ACCOUNTS = {
  fee: "house/fees",
  reward: "house/rewards",
  payout: "house/payouts",
  "payout-return": "house/payouts",
  bonus: "house/bonuses",
  correction: "house/corrections",
} as const satisfies Record<EntryKind, string>;

export type HouseAccountName = (typeof COUNTER_ACCOUNTS)[EntryKind];

/** Where an account stands: what the next entry chains to. */
export interface Head {
  readonly id: UserId;
  readonly balanceMinor: Minor;
  /** How many entries it has. */
  readonly entries: number;
  readonly headHash: string;
}

export interface Transfer {
  readonly transferId: Uuid;
  readonly kind: EntryKind;
  /** Positive: the person gets it. */
  readonly amountMinor: Minor;
  readonly businessDate: BusinessDate;
  /** The date of a fact that was parked when its date ended; the entry is booked on a later one. */
  readonly lateOf?: BusinessDate | undefined;
  readonly occurredAt: string;
  readonly traceId: string;
  readonly task?: { readonly id: TaskId; readonly title: string; readonly jiraId?: string | undefined };
  readonly payoutId?: PayoutId;
  /** Why it was booked by hand: stands where a task's title does. */
  readonly reason?: string;
}

/** The entry that books the transfer on the account as it stands. */
export function entryOf(head: Head, transfer: Transfer): Entry {
  const { task, payoutId, lateOf, reason, ...rest } = transfer;
  const unhashed: Omit<Entry, "hash"> = {
    ...rest,
    accountId: head.id,
    number: head.entries + 1,
    balanceAfterMinor: add(head.balanceMinor, transfer.amountMinor),
    counterAccount: COUNTER_ACCOUNTS[transfer.kind],
    ...(task === undefined ? {} : { taskId: task.id, title: task.title }),
    ...(task?.jiraId === undefined ? {} : { jiraId: task.jiraId }),
    ...(payoutId === undefined ? {} : { payoutId }),
    ...(reason === undefined ? {} : { title: reason }),
    ...(lateOf === undefined ? {} : { lateOf }),
  };
  return { ...unhashed, hash: chainHash(head.headHash, unhashed) };
}

/** The link of the chain: everything the entry says, and the link before it. Any changed byte breaks it. */
export function chainHash(previous: string, entry: Omit<Entry, "hash">): string {
  const said = [
    previous,
    entry.accountId,
    entry.number,
    entry.transferId,
    entry.kind,
    entry.amountMinor,
    entry.balanceAfterMinor,
    entry.counterAccount,
    entry.taskId ?? "",
    entry.title ?? "",
    entry.jiraId ?? "",
    entry.payoutId ?? "",
    entry.businessDate,
    canonical(entry.occurredAt),
    entry.traceId,
    ...(entry.lateOf === undefined ? [] : [entry.lateOf]),
  ];
  return hash("sha256", JSON.stringify(said), "hex");
}

/** In UTC, to the millisecond, as it mostly comes: an instant that ends in Z has 24 characters only so. */
function canonical(instant: string): string {
  return instant.length === 24 && instant.endsWith("Z") ? instant : new Date(instant).toISOString();
}

/** The head after the entry. */
export function headAfter(entry: Entry): Head {
  return {
    id: entry.accountId,
    balanceMinor: entry.balanceAfterMinor,
    entries: entry.number,
    headHash: entry.hash,
  };
}
