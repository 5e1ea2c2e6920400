/** What each fact of an account partition changes (G7). */
import type { DayCloseProgressedV1, PayoutRequestedV1 } from "../../schemas/generated/messages.ts";
import { add, type Minor, negate } from "../../schemas/money.ts";
import { type ControlTotals, NO_TOTALS, withFee, withReward } from "../ledger/control-totals.ts";
import { type Entry, type HouseAccountName, headAfter } from "../ledger/entry.ts";
import { plus, weightOf } from "../ledger/whose.ts";
import type { Fact } from "../runtime/actor.ts";
import { lateWith } from "./late.ts";
import {
  type Account,
  type AccountEntity,
  type AccountState,
  type Book,
  type Breakdown,
  type Closing,
  NO_MOVEMENT,
  newAccount,
} from "./state.ts";

export function evolve(state: AccountState, fact: Fact): readonly AccountEntity[] {
  switch (fact.type) {
    case "account.opened":
      return [newAccount(fact.data.accountId)];
    case "ledger.entry-posted":
      return posted(state, fact.data);
    case "payout.requested":
      return [withPayout(state.book, fact.data)];
    case "day.close-progressed":
      return [withProgress(state.book, fact.data)];
    case "day.partition-closed":
      return [{ ...state.book, closings: state.book.closings.slice(1) }];
    default:
      return [];
  }
}

function posted(state: AccountState, entry: Entry): AccountEntity[] {
  const account = state.account(entry.accountId) ?? newAccount(entry.accountId);
  const house = state.house(entry.counterAccount as HouseAccountName);
  const next: Account = {
    ...account,
    ...headAfter(entry),
    lastDate: entry.businessDate,
    day: dayWith(account, entry),
  };
  const counter = { ...house, balanceMinor: add(house.balanceMinor, negate(entry.amountMinor)) };
  const { book } = state;
  const totals = totalsWith(book.posted, entry);
  if (totals === book.posted) return [next, counter];
  const late = lateWith(book.late, entry);
  const weight =
    late === book.late
      ? plus(book.weight, weightOf(entry.accountId, totalsWith(NO_TOTALS, entry)))
      : book.weight;
  return [next, counter, { ...book, posted: totals, weight, late }];
}

/** What the entries of the last date come to; a payout ends the account of what it was made of. */
function dayWith(account: Account, entry: Entry): Breakdown {
  const fresh = account.lastDate !== entry.businessDate;
  const day = fresh ? { carriedMinor: account.balanceMinor, ...NO_MOVEMENT } : account.day;
  switch (entry.kind) {
    case "fee":
      return { ...day, fees: day.fees + 1, feesMinor: add(day.feesMinor, negate(entry.amountMinor)) };
    case "reward":
      return { ...day, rewards: day.rewards + 1, rewardsMinor: add(day.rewardsMinor, entry.amountMinor) };
    case "payout":
      return { carriedMinor: 0 as Minor, ...NO_MOVEMENT };
    case "payout-return":
    case "bonus":
    case "correction":
      return { ...day, otherMinor: add(day.otherMinor, entry.amountMinor) };
  }
}

function totalsWith(totals: ControlTotals, entry: Entry): ControlTotals {
  if (entry.kind === "fee") return withFee(totals, negate(entry.amountMinor));
  if (entry.kind === "reward") return withReward(totals, entry.amountMinor);
  return totals;
}

function withPayout(book: Book, { businessDate, amountMinor }: PayoutRequestedV1): Book {
  return withClosing(book, businessDate, (closing) => ({
    ...closing,
    payouts: closing.payouts + 1,
    payoutsMinor: add(closing.payoutsMinor, amountMinor),
  }));
}

function withProgress(
  book: Book,
  { businessDate, afterAccountId, heldAccounts }: DayCloseProgressedV1,
): Book {
  return withClosing(book, businessDate, (closing) => ({
    ...closing,
    after: afterAccountId ?? closing.after,
    held: [...closing.held, ...heldAccounts],
  }));
}

function withClosing(book: Book, businessDate: string, change: (closing: Closing) => Closing): Book {
  const closings = book.closings.map((each) => (each.businessDate === businessDate ? change(each) : each));
  return { ...book, closings };
}
