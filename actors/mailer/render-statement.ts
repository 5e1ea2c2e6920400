/** The words of a statement mail (PAY-4), in the recipient's language: the paper itself is made when it is sent. */
import { monthText } from "../../documents/format.ts";
import type { Company } from "../../schemas/company.ts";
import { oneLine } from "./one-line.ts";
import type { MailPerson, Words } from "./state.ts";
import { wordsOf } from "./templates.ts";

interface StatementView {
  readonly locale: string;
  readonly company: string;
  readonly name: string;
  readonly month: string;
}

const wordsOfStatement = wordsOf<StatementView>("statement");

export function renderStatement(month: string, { locale, name }: MailPerson, company: Company): Words {
  return wordsOfStatement(locale, {
    locale,
    company: oneLine(company.name),
    name: oneLine(name),
    month: monthText(month, locale),
  });
}
