/**
 * Verification of the ledger: the invariants of the requirements, checked in Postgres (ACC-5, ACC-9, DAY-6, OPS-3).
 * Reads only, in bounded memory; exact also while traffic goes on, since what is on its way is counted (in-flight.ts).
 */
import type pg from "pg";
import type { Company } from "../../schemas/company.ts";
import {
  balancesAreTheLastEntries,
  completionsAreDoneTasks,
  incomeIsFeesLessRewards,
  spellsAreOfTheBalances,
} from "./analytics.ts";
import { accountsAreTheirEntries, bookIsZero, houseAccountsAreTheirEntries } from "./balances.ts";
import { nobodyIsAheadOfItsSource, nothingIsDead, outboxHoldsWhatIsMissing } from "./channels.ts";
import { type Check, runCheck } from "./check.ts";
import { bonusesAreBooked, correctionsAreBooked } from "./corrections.ts";
import { boardTotalsArrive, booksAreTheEntries, datesGoForward, sentIsPosted } from "./dates.ts";
import { deedsChain } from "./deeds.ts";
import { balancesChain, entriesAreOfTheirKind, hashesChain, transfersAreBookedOnce } from "./entries.ts";
import type { Finding } from "./finding.ts";
import { keptFactsAreComplete } from "./kept-facts.ts";
import {
  breakdownsAddUp,
  payoutsAreTheirEntries,
  payoutsEmptyPositiveBalances,
  positiveBalancesArePaid,
  receiptsAreOfSettledPayouts,
  returnsAreFailedPayouts,
} from "./payouts.ts";
import { everyUserHasAnAccount, replicasAreTheDirectory } from "./people.ts";
import { pricesAreTheDrawnOnes, pricesAreTheSameEverywhere } from "./prices.ts";
import { Reader } from "./reader.ts";
import { daysAreSealedInOrder, sealedTotalsAreTheEntries, sealsChain } from "./sealed-days.ts";
import { feesAreAssignments, feesAreOfTheAssignees, rewardsAreCompletions } from "./task-money.ts";

export const CHECKS: readonly Check[] = [
  bookIsZero,
  accountsAreTheirEntries,
  houseAccountsAreTheirEntries,
  balancesChain,
  hashesChain,
  transfersAreBookedOnce,
  entriesAreOfTheirKind,
  everyUserHasAnAccount,
  correctionsAreBooked,
  bonusesAreBooked,
  feesAreAssignments,
  feesAreOfTheAssignees,
  rewardsAreCompletions,
  pricesAreTheDrawnOnes,
  pricesAreTheSameEverywhere,
  sealedTotalsAreTheEntries,
  sealsChain,
  daysAreSealedInOrder,
  datesGoForward,
  sentIsPosted,
  booksAreTheEntries,
  boardTotalsArrive,
  payoutsEmptyPositiveBalances,
  positiveBalancesArePaid,
  payoutsAreTheirEntries,
  breakdownsAddUp,
  returnsAreFailedPayouts,
  receiptsAreOfSettledPayouts,
  incomeIsFeesLessRewards,
  balancesAreTheLastEntries,
  completionsAreDoneTasks,
  spellsAreOfTheBalances,
  nothingIsDead,
  nobodyIsAheadOfItsSource,
  outboxHoldsWhatIsMissing,
  replicasAreTheDirectory,
  keptFactsAreComplete,
  deedsChain,
];

/** One finding per check, as it is done. */
export async function* findings(pool: pg.Pool, company: Company): AsyncGenerator<Finding> {
  const reader = new Reader(pool);
  for (const check of CHECKS) yield await runCheck(check, reader, company);
}

/** One finding per check, in the order of the invariants. The pool is one of `postgresPool`: its types are relied on. */
export function verifyLedger(pool: pg.Pool, company: Company): Promise<Finding[]> {
  return Array.fromAsync(findings(pool, company));
}
