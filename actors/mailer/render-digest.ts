/** The words of an "assigned to you" mail (NOT-2), in the recipient's language. Pure (G7). */
import { moneyText } from "../../documents/format.ts";
import type { Company } from "../../schemas/company.ts";
import { type Minor, negate } from "../../schemas/money.ts";
import { oneLine } from "./one-line.ts";
import type { AssignedTask, MailPerson, Words } from "./state.ts";
import { wordsOf } from "./templates.ts";

interface TaskView {
  readonly name: string;
  readonly fee: string;
  readonly reward: string;
}

interface DigestView {
  readonly locale: string;
  readonly company: string;
  readonly name: string;
  readonly count: number;
  /** Of Russian, whose plural has three forms. */
  readonly form: string;
  readonly tasks: readonly TaskView[];
  /** Empty when all are listed. */
  readonly more: string;
}

const wordsOfDigest = wordsOf<DigestView>("assigned");
const RUSSIAN_FORMS: Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> = {
  one: "задача",
  few: "задачи",
};
const russian = new Intl.PluralRules("ru");

export function renderDigest(
  tasks: readonly AssignedTask[],
  count: number,
  person: MailPerson,
  company: Company,
): Words {
  const { locale } = person;
  const money = (amount: Minor) => moneyText(amount, company.currency, locale, "signed");
  const russianForm = RUSSIAN_FORMS[russian.select(count)] ?? "задач";
  return wordsOfDigest(locale, {
    locale,
    company: oneLine(company.name),
    name: oneLine(person.name),
    count,
    form: locale === "ru" ? russianForm : count === 1 ? "task" : "tasks",
    tasks: tasks.map((task) => ({
      name: oneLine(nameOf(task)),
      fee: money(negate(task.feeMinor)),
      reward: money(task.rewardMinor),
    })),
    more: count > tasks.length ? String(count - tasks.length) : "",
  });
}

function nameOf({ number, title, jiraId }: AssignedTask): string {
  return `#${number} ${jiraId === undefined ? "" : `${jiraId} `}${title}`;
}
