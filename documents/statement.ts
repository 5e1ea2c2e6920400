/**
 * What a month's statement says (ACC-8): the lines of one account and what they come to. Pure: rows in, sums out, and
 * rows that do not add up are refused, so that no paper ever says what the ledger does not.
 */
import type { BusinessDate } from "../schemas/business-date.ts";
import type { LedgerEntryPostedV2 } from "../schemas/generated/messages.ts";
import type { UserId } from "../schemas/ids.ts";
import { add, type Minor, ZERO } from "../schemas/money.ts";
import type { Locale } from "./format.ts";

export type LineKind = LedgerEntryPostedV2["kind"];

/** An entry as a statement shows it: rows of the read model fit, and `ledger.entry-posted` as it is. */
export interface StatementLine {
  readonly number: number;
  readonly kind: LineKind;
  readonly amountMinor: Minor;
  readonly balanceAfterMinor: Minor;
  readonly businessDate: BusinessDate;
  readonly title?: string | null | undefined;
  readonly jiraId?: string | null | undefined;
}

export interface Statement {
  readonly company: { readonly name: string; readonly currency: string };
  readonly person: { readonly id: UserId; readonly name: string; readonly locale: Locale };
  /** `YYYY-MM`, of business dates. */
  readonly month: string;
  /** Every entry of the month, oldest first. */
  readonly lines: readonly StatementLine[];
  /** The balance before the month. */
  readonly openingMinor: Minor;
  /** When it was made: RFC 3339. */
  readonly asOf: string;
}

export interface KindSum {
  readonly kind: LineKind;
  readonly count: number;
  readonly sumMinor: Minor;
}

export interface Totals {
  /** In the order below; only kinds with lines. */
  readonly kinds: readonly KindSum[];
  readonly closingMinor: Minor;
}

const ORDER: readonly LineKind[] = ["reward", "fee", "bonus", "correction", "payout", "payout-return"];

/** Throws unless every line follows from the one before it, and the first from the opening balance. */
export function totalsOf({ lines, openingMinor, month }: Statement): Totals {
  let closingMinor = openingMinor;
  for (const { number, amountMinor, balanceAfterMinor } of lines) {
    closingMinor = add(closingMinor, amountMinor);
    if (closingMinor !== balanceAfterMinor) {
      throw new Error(
        `the statement of ${month} does not add up: entry ${number} says ${balanceAfterMinor}, expected ${closingMinor}`,
      );
    }
  }
  const byKind = Map.groupBy(lines, ({ kind }) => kind);
  const kinds = ORDER.flatMap((kind) => {
    const own = byKind.get(kind) ?? [];
    const sumMinor = own.reduce<Minor>((sum, { amountMinor }) => add(sum, amountMinor), ZERO);
    return own.length === 0 ? [] : [{ kind, count: own.length, sumMinor }];
  });
  return { kinds, closingMinor };
}

/** The opening balance that the first line tells; `ifNone` where the month has no line. */
export function openingOf(lines: readonly StatementLine[], ifNone: Minor): Minor {
  const [first] = lines;
  return first === undefined ? ifNone : add(first.balanceAfterMinor, -first.amountMinor as Minor);
}
