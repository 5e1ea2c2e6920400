/** The words of a payout that did not arrive (PAY-1), in the recipient's language. Pure (G7). */
import { dateText, moneyText } from "../../documents/format.ts";
import type { Company } from "../../schemas/company.ts";
import type { BadNews } from "./bad-news.ts";
import { oneLine } from "./one-line.ts";
import type { MailPerson, Words } from "./state.ts";
import { wordsOf } from "./templates.ts";

interface BadNewsView {
  readonly locale: string;
  readonly company: string;
  readonly name: string;
  readonly date: string;
  readonly amount: string;
  /** The provider's own words. */
  readonly reason: string;
  readonly payoutId: string;
}

const wordsOfBadNews = wordsOf<BadNewsView>("payout-failed");

export function renderBadNews(news: BadNews, { locale, name }: MailPerson, company: Company): Words {
  return wordsOfBadNews(locale, {
    locale,
    company: oneLine(company.name),
    name: oneLine(name),
    date: dateText(news.businessDate, locale),
    amount: moneyText(news.amountMinor, company.currency, locale, "plain"),
    reason: oneLine(news.failure),
    payoutId: news.payoutId,
  });
}
