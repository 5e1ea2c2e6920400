/**
 * For whom sent and posted totals of a date differ (DAY-4). After a barrier that is not proven all accounts of the
 * partition are looked at, in pieces: the one whose facts alone explain the difference is held, until an operator has
 * released it, and everybody else is paid. Where nobody's do, the facts are of several people, or not known well enough:
 * then whoever moved on the date is held on it.
 */
import type { DayEndedV2 } from "../../schemas/generated/messages.ts";
import { minor } from "../../schemas/money.ts";
import { minus, weightOf } from "../ledger/whose.ts";
import { isWaiting } from "./late.ts";
import type { Account, AccountEntity, Book, Closing, Search } from "./state.ts";

/** Undefined when there is nothing to search by: an old barrier, or facts that wait and whose amounts nobody knows. */
export function searchFor(book: Book, { totals: sent, weight }: DayEndedV2): Search | undefined {
  if (weight === undefined || isWaiting(book)) return undefined;
  const { posted, late } = book;
  const difference = {
    fees: sent.fees - posted.fees + late.fees,
    feesMinor: minor(sent.feesMinor - posted.feesMinor + late.feesMinor),
    rewards: sent.rewards - posted.rewards + late.rewards,
    rewardsMinor: minor(sent.rewardsMinor - posted.rewardsMinor + late.rewardsMinor),
  };
  return { difference, weight: minus(weight, book.weight), found: [], after: undefined, isOver: false };
}

export function isSearching({ search }: Closing): boolean {
  return search !== undefined && !search.isOver;
}

export function isFound({ search }: Closing): boolean {
  return search?.isOver === true && search.found.length > 0;
}

/** One piece of it: the first closing of the book with what was found, and who is held from now on. */
export function searchPiece(
  book: Book,
  search: Search,
  page: readonly Account[],
  isLast: boolean,
): readonly AccountEntity[] {
  const found = page.filter(({ id }) => weightOf(id, search.difference) === search.weight);
  const next: Search = {
    ...search,
    found: [...search.found, ...found.map(({ id }) => id)],
    after: page.at(-1)?.id ?? search.after,
    isOver: isLast,
  };
  const [first, ...rest] = book.closings;
  if (first === undefined) return [];
  const { businessDate } = first;
  const held = found.map((account) => ({ ...account, heldSince: account.heldSince ?? businessDate }));
  return [...held, { ...book, closings: [{ ...first, search: next }, ...rest] }];
}
