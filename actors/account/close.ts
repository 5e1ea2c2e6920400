/**
 * Closing a date in one account partition (DAY-2..4). The barrier fixes what is posted; then every positive balance
 * becomes a payout, in pieces, while entries of later dates go on. An entry of a later date books its account's payout
 * first, so that the order of pieces and entries does not matter.
 */

import type { Envelope } from "../../schemas/envelope.ts";
import type { DayEndedV2, PayoutRequestedV1 } from "../../schemas/generated/messages.ts";
import { derivedUuid, type PayoutId } from "../../schemas/ids.ts";
import { negate, ZERO } from "../../schemas/money.ts";
import { entryOf, type Head, headAfter } from "../ledger/entry.ts";
import {
  type Context,
  type Decision,
  type Fact,
  type Later,
  NOTHING,
  type PageRequest,
} from "../runtime/actor.ts";
import { fact, factTo } from "../runtime/fact.ts";
import { isProven, parkedAccounts, waitingAfter } from "./late.ts";
import { isFound, isSearching, searchFor, searchPiece } from "./search.ts";
import {
  type Account,
  type AccountState,
  type Breakdown,
  type Closing,
  type HeldAccount,
  NO_MOVEMENT,
  NOTHING_BOOKED,
} from "./state.ts";

/** Every fact of the date is posted: from here on the next date is open. */
export function bookBarrier(state: AccountState, data: DayEndedV2, context: Context): Decision {
  const { book } = state;
  if (data.businessDate !== book.businessDate) {
    throw new Error(
      `a barrier of ${data.businessDate} reached an account partition whose open business date is ${book.businessDate}`,
    );
  }
  const closing: Closing = {
    businessDate: data.businessDate,
    posted: book.posted,
    mismatch: !isProven(book, data.totals),
    search: isProven(book, data.totals) ? undefined : searchFor(book, data),
    after: undefined,
    payouts: 0,
    payoutsMinor: ZERO,
    held: parkedAccounts(context),
  };
  const next = {
    ...book,
    businessDate: data.nextDate,
    ...NOTHING_BOOKED,
    waiting: waitingAfter(book),
    closings: [...book.closings, closing],
  };
  return {
    accepted: true,
    facts: [],
    replicas: [next],
    later: book.closings.length === 0 ? [continuation(data.businessDate, context)] : [],
  };
}

/**
 * The accounts of the next piece, beyond the last one, in the order of their ids: the positive ones; or everybody, while
 * it is not known for whom the totals differ: whose facts are missing may have none that moved him.
 */
export function pageOfClose(state: AccountState, message: Envelope): PageRequest | undefined {
  const closing = state.book.closings[0];
  if (message.type !== "close.continue" || closing === undefined) return undefined;
  const { businessDate, search } = closing;
  const common = { businessDate, limit: state.pieceAccounts };
  return isSearching(closing)
    ? { ...common, name: "everybody", after: search?.after }
    : { ...common, name: "positive", after: closing.after };
}

export function continueClose(
  state: AccountState,
  message: Envelope<"close.continue">,
  context: Context,
): Decision {
  const closing = state.book.closings[0];
  if (closing === undefined || closing.businessDate !== message.data.businessDate) return NOTHING;
  const page = state.pageOf(message.id).filter((entity): entity is Account => "entries" in entity);
  if (closing.search !== undefined && isSearching(closing)) {
    const replicas = searchPiece(state.book, closing.search, page, page.length < state.pieceAccounts);
    return { accepted: true, facts: [], replicas, later: [continuation(closing.businessDate, context)] };
  }
  const held = page.flatMap((account) =>
    isHeld(account, closing) && !isListed(account, closing) ? [holdOf(account)] : [],
  );
  // Of this date alone: what is held here may be owed by the next date, whose own pieces book and count it.
  const paid = page.flatMap((account) =>
    isOwed(account, closing) ? payout(account, closing, context).facts : [],
  );
  const isLast = page.length < state.pieceAccounts;
  const progress = progressed(closing, held, page.at(-1), context);
  const nextDate = isLast ? state.book.closings[1]?.businessDate : closing.businessDate;
  return {
    accepted: true,
    facts: [...paid, progress, ...(isLast ? [closed(closing, held, paid, context)] : [])],
    later: nextDate === undefined ? [] : [continuation(nextDate, context)],
  };
}

/**
 * What an ended date still has to say of an account before an entry of a later date moves it: that it is held, or the
 * payout that it is owed, booked on that date. Its balance is the one at the barrier as long as no such entry is on it.
 */
export function settleEnded(
  state: AccountState,
  account: Account,
  context: Context,
): { facts: Fact[]; head: Head } {
  const { closings } = state.book;
  const holding = closings.find((each) => isHeld(account, each) && !isListed(account, each));
  const held = holding === undefined ? [] : [progressed(holding, [holdOf(account)], undefined, context)];
  const owing = closings.find((each) => isOwed(account, each));
  if (owing === undefined) return { facts: held, head: account };
  const { facts, head } = payout(account, owing, context);
  return { facts: [...held, ...facts], head };
}

/** The payout entry of the whole balance, and the request to pay it. */
function payout(account: Account, closing: Closing, context: Context): { facts: Fact[]; head: Head } {
  const { businessDate } = closing;
  const amountMinor = account.balanceMinor;
  const payoutId = payoutIdOf(account, closing);
  const entry = entryOf(account, {
    transferId: derivedUuid(Date.parse(businessDate), payoutId, "transfer"),
    kind: "payout",
    amountMinor: negate(amountMinor),
    businessDate,
    occurredAt: context.now,
    traceId: context.traceId,
    payoutId,
  });
  const request: PayoutRequestedV1 = {
    payoutId,
    accountId: account.id,
    businessDate,
    amountMinor,
    breakdown: breakdownOf(account, closing),
    occurredAt: context.now,
  };
  const facts = [
    fact("ledger.entry-posted", account.key, account.id, entry),
    fact("payout.requested", `payout/${payoutId}`, account.id, request),
  ];
  return { facts, head: headAfter(entry) };
}

function isOwed(account: Account, closing: Closing): boolean {
  if (account.balanceMinor <= 0 || account.lastDate === undefined) return false;
  return account.lastDate <= closing.businessDate && !isHeld(account, closing);
}

/**
 * Whose mailbox was parked at the barrier; whose facts the totals differ by, on this date or an earlier one, until an
 * operator has released it; and where nobody can tell whose they are, whoever moved on the date: their money waits (DAY-4).
 */
function isHeld(account: Account, closing: Closing): boolean {
  if (isListed(account, closing)) return true;
  const { lastDate, heldSince, balanceMinor } = account;
  if (balanceMinor <= 0 || lastDate === undefined || lastDate > closing.businessDate) return false;
  if (heldSince !== undefined) return true;
  return closing.mismatch && !isFound(closing) && lastDate === closing.businessDate;
}

function isListed({ id }: Account, { held }: Closing): boolean {
  return held.some(({ userId }) => userId === id);
}

function holdOf({ id }: Account): HeldAccount {
  return { userId: id, reason: "control_totals_differ" };
}

/** The key of a payout is (account, business date): a second one for the same day is the same one (PAY-1). */
function payoutIdOf(account: Account, { businessDate }: Closing): PayoutId {
  return derivedUuid(Date.parse(businessDate), "payout", account.id, businessDate) as PayoutId;
}

function breakdownOf(account: Account, { businessDate }: Closing): Breakdown {
  return account.lastDate === businessDate
    ? account.day
    : { carriedMinor: account.balanceMinor, ...NO_MOVEMENT };
}

function progressed(
  closing: Closing,
  held: HeldAccount[],
  last: Account | undefined,
  context: Context,
): Fact {
  const to = { topic: "notices", partition: 0 } as const;
  return factTo("day.close-progressed", to, `day/${closing.businessDate}`, {
    businessDate: closing.businessDate,
    partition: context.partition,
    ...(last === undefined ? {} : { afterAccountId: last.id }),
    heldAccounts: held,
    occurredAt: context.now,
  });
}

function closed(closing: Closing, held: HeldAccount[], paid: readonly Fact[], context: Context): Fact {
  const requests = paid.flatMap((each) =>
    each.type === "payout.requested" ? [each.data.amountMinor as number] : [],
  );
  const to = { topic: "day", partition: 0 } as const;
  return factTo("day.partition-closed", to, `day/${closing.businessDate}`, {
    businessDate: closing.businessDate,
    partition: context.partition,
    posted: closing.posted,
    payouts: closing.payouts + requests.length,
    payoutsMinor: requests.reduce((a, b) => a + b, closing.payoutsMinor as number) as Closing["payoutsMinor"],
    heldAccounts: [...closing.held, ...held],
    occurredAt: context.now,
  });
}

function continuation(businessDate: DayEndedV2["businessDate"], context: Context): Later {
  return {
    word: "close",
    dueAtMs: context.nowMs,
    type: "close.continue",
    subject: "close",
    data: { businessDate },
  };
}
