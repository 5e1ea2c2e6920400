/**
 * Every receipt in the mailbox against the books (PAY-3): one per payout, to whom it was paid, in their language, with
 * the amount, the date and what it is made of; none for anybody else.
 */
import type { Letter, Locale, User } from "./answers.ts";
import type { Stage } from "./stage.ts";

interface Wording {
  readonly subject: RegExp;
  readonly rewards: RegExp;
  readonly fees: RegExp;
}

const WORDING: Readonly<Record<Locale, Wording>> = {
  en: {
    subject: /^Your payout for (?<date>.+): (?<amount>[^:]+)$/,
    rewards: /^ *Tasks completed +(?<count>\d+) +(?<amount>\S.*)$/m,
    fees: /^ *Tasks assigned +(?<count>\d+) +(?<amount>\S.*)$/m,
  },
  ru: {
    subject: /^Ваша выплата за (?<date>.+): (?<amount>[^:]+)$/,
    rewards: /^ *Выполнено задач +(?<count>\d+) +(?<amount>\S.*)$/m,
    fees: /^ *Назначено задач +(?<count>\d+) +(?<amount>\S.*)$/m,
  },
};

export function isReceipt({ subject }: Letter): boolean {
  return Object.values(WORDING).some((each) => each.subject.test(subject));
}

export function auditReceipts(stage: Stage, letters: readonly Letter[]): void {
  const { people, books, findings, date, narrator } = stage;
  const receipts = letters.filter(isReceipt);
  for (const person of people.values()) {
    const due = books.payoutOf(date, person.id);
    const theirs = receipts.filter(({ to }) => to.includes(person.email));
    findings.equal(`receipts of ${person.name}, to whom ${due} was paid`, theirs.length, due > 0 ? 1 : 0);
    for (const letter of theirs) auditReceipt(stage, person, due, letter);
  }
  const known = new Set([...people.values()].map(({ email }) => email));
  const strays = receipts.filter(({ to }) => to.length !== 1 || !to.every((address) => known.has(address)));
  findings.equal(
    "receipts to anybody else, or to several",
    strays.map(({ to, subject }) => [to, subject]),
    [],
  );
  narrator.say(`read ${receipts.length} receipts in the mailbox and compared them with the books`);
}

function auditReceipt({ findings, date, books }: Stage, person: User, due: number, letter: Letter): void {
  const wording = WORDING[person.locale];
  const what = `the receipt of ${person.name}`;
  const { groups: said } = wording.subject.exec(letter.subject) ?? {};
  findings.equal(`${what}, its date`, said?.date, longDate(date, person.locale));
  findings.equal(`${what}, its amount`, minorOf(said?.amount), due);
  const [before, since] = [books.openingOf(person.id).day, books.sums(date, person.id)];
  const rewards = [before.rewardCount + since.rewardCount, before.rewards + since.rewards];
  const fees = [before.feeCount + since.feeCount, before.fees + since.fees];
  findings.equal(`${what}, its rewards`, lineOf(wording.rewards, letter), rewards);
  findings.equal(`${what}, its fees`, lineOf(wording.fees, letter), fees);
  for (const [part, content] of [
    ["text", letter.text],
    ["HTML", letter.html],
  ] as const) {
    findings.check(
      content.includes(said?.amount ?? "?"),
      `${what}: the ${part} lacks the amount ${said?.amount}`,
    );
    findings.check(content.includes(said?.date ?? "?"), `${what}: the ${part} lacks the date ${said?.date}`);
    findings.check(content.includes(person.name), `${what}: the ${part} lacks the name`);
  }
}

/** How many, and how much they come to. */
function lineOf(wording: RegExp, { text }: Letter): readonly number[] {
  const { groups: said } = wording.exec(text) ?? {};
  return [Number(said?.count), minorOf(said?.amount)];
}

/** Without sign, separators and currency, an amount's digits are its minor units in every currency. */
function minorOf(amount: string | undefined): number {
  return Number(amount?.replace(/\D/g, "") ?? Number.NaN);
}

function longDate(date: string, locale: Locale): string {
  return Temporal.PlainDate.from(date).toLocaleString(locale, { dateStyle: "long" });
}
