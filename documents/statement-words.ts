/** The words of a statement in the person's language. */
import type { Locale } from "./format.ts";
import type { LineKind } from "./statement.ts";

export interface StatementWords {
  readonly title: string;
  readonly account: string;
  readonly opening: string;
  readonly closing: string;
  readonly number: string;
  readonly date: string;
  readonly what: string;
  readonly amount: string;
  readonly balance: string;
  readonly empty: string;
  readonly kinds: Readonly<Record<LineKind, string>>;
  readonly asOf: (moment: string) => string;
  readonly page: (page: number, pages: number) => string;
}

export const STATEMENT_WORDS: Readonly<Record<Locale, StatementWords>> = {
  en: {
    title: "Account statement",
    account: "Account",
    opening: "Opening balance",
    closing: "Closing balance",
    number: "No.",
    date: "Date",
    what: "Entry",
    amount: "Amount",
    balance: "Balance",
    empty: "Nothing moved in this month.",
    kinds: {
      fee: "Fee",
      reward: "Reward",
      payout: "Payout",
      "payout-return": "Payout returned",
      bonus: "Bonus",
      correction: "Correction",
    },
    asOf: (moment) => `As of ${moment}`,
    page: (page, pages) => `Page ${page} of ${pages}`,
  },
  ru: {
    title: "Выписка по счёту",
    account: "Счёт",
    opening: "Входящий остаток",
    closing: "Исходящий остаток",
    number: "№",
    date: "Дата",
    what: "Запись",
    amount: "Сумма",
    balance: "Остаток",
    empty: "В этом месяце движения не было.",
    kinds: {
      fee: "Списание",
      reward: "Вознаграждение",
      payout: "Выплата",
      "payout-return": "Возврат выплаты",
      bonus: "Премия",
      correction: "Исправление",
    },
    asOf: (moment) => `По состоянию на ${moment}`,
    page: (page, pages) => `Страница ${page} из ${pages}`,
  },
};
