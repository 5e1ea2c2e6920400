/** The words of a receipt (PAY-3): a view of plain texts, given to the templates of the recipient's language. Pure (G7). */

import { dateText, moneyText } from "../../documents/format.ts";
import type { Company } from "../../schemas/company.ts";
import { type Minor, negate } from "../../schemas/money.ts";
import { oneLine } from "./one-line.ts";
import type { Receipt } from "./receipt.ts";
import type { MailPerson, Words } from "./state.ts";
import { wordsOf } from "./templates.ts";

interface ReceiptView {
  readonly locale: string;
  readonly company: string;
  readonly name: string;
  readonly date: string;
  readonly amount: string;
  /** Empty when there is nothing to show. */
  readonly carried: string;
  readonly rewards: string;
  readonly rewardCount: number;
  readonly fees: string;
  readonly feeCount: number;
  readonly other: string;
  readonly payoutId: string;
  /** Columns that the amounts of the text version need. */
  readonly width: number;
}

const wordsOfReceipt = wordsOf<ReceiptView>("receipt");

export function renderReceipt(receipt: Receipt, person: MailPerson, company: Company): Words {
  return wordsOfReceipt(person.locale, viewOf(receipt, person, company));
}

function viewOf(receipt: Receipt, person: MailPerson, company: Company): ReceiptView {
  const { breakdown, amountMinor, businessDate, payoutId } = receipt;
  const { locale } = person;
  const signed = (amount: Minor) => moneyText(amount, company.currency, locale, "signed");
  const unlessZero = (amount: Minor) => (amount === 0 ? "" : signed(amount));
  const amounts = {
    amount: moneyText(amountMinor, company.currency, locale, "plain"),
    carried: unlessZero(breakdown.carriedMinor),
    rewards: signed(breakdown.rewardsMinor),
    fees: signed(negate(breakdown.feesMinor)),
    other: unlessZero(breakdown.otherMinor),
  };
  return {
    ...amounts,
    locale,
    company: oneLine(company.name),
    name: oneLine(person.name),
    date: dateText(businessDate, locale),
    rewardCount: breakdown.rewards,
    feeCount: breakdown.fees,
    payoutId,
    width: Math.max(...Object.values(amounts).map((text) => text.length)),
  };
}
