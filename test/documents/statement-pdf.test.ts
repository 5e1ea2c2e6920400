import { expect } from "chai";
import type { Locale } from "../../documents/format.ts";
import { openingOf, type Statement, type StatementLine, totalsOf } from "../../documents/statement.ts";
import { statementPdf } from "../../documents/statement-pdf.ts";
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { UserId } from "../../schemas/ids.ts";
import { type Minor, ZERO } from "../../schemas/money.ts";
import { pagesOf, textOf } from "../support/pdf.ts";

const OPENING = -35 as Minor;

/** Fees and rewards by turns, a payout after every sixth. */
function lines(count: number): StatementLine[] {
  let balance: number = OPENING;
  return Array.from({ length: count }, (_, at) => {
    const number = at + 1;
    const isPayout = number % 7 === 0 && balance > 0;
    const amount = isPayout ? -balance : number % 2 === 0 ? 40 : -10 - (number % 5);
    balance += amount;
    return {
      number,
      kind: isPayout ? "payout" : number % 2 === 0 ? "reward" : "fee",
      amountMinor: amount as Minor,
      balanceAfterMinor: balance as Minor,
      businessDate: `2026-11-${String(1 + Math.floor((at / count) * 29)).padStart(2, "0")}` as BusinessDate,
      ...(isPayout ? {} : { title: "Почистить клетку", jiraId: number % 3 === 0 ? "POP-7" : null }),
    };
  });
}

const statement = (given: Partial<Statement> = {}, locale: Locale = "en"): Statement => ({
  company: { name: "UberPopug", currency: "JPY" },
  person: { id: "0193b0aa-0000-7000-8000-000000000001" as UserId, name: "Ада Попугаева", locale },
  month: "2026-11",
  lines: lines(90),
  openingMinor: OPENING,
  asOf: "2026-12-01T00:00:00.000Z",
  ...given,
});

describe("documents: a month's statement as PDF", () => {
  it("ACC-8: has every entry with its running balance, over pages that each have a head and a number", async () => {
    const pages = await pagesOf(await statementPdf(statement()));
    expect(pages.length).to.be.above(1);
    for (const [at, page] of pages.entries()) {
      expect(page)
        .to.contain("No. Date Entry Amount Balance")
        .and.to.contain(`Page ${at + 1} of ${pages.length}`);
    }
    const text = pages.join(" ");
    const places = lines(90).map(({ balanceAfterMinor, amountMinor, number }) => {
      const signed = `${amountMinor < 0 ? "−" : "+"}¥${Math.abs(amountMinor)}`;
      const balance = `${balanceAfterMinor < 0 ? "−" : ""}¥${Math.abs(balanceAfterMinor)}`;
      return text.search(
        new RegExp(`(^| )${number} November \\d+, 2026 [^¥]+ ${signed.replace("+", "\\+")} ${balance} `),
      );
    });
    expect(places.filter((place) => place < 0)).to.deep.equal([]);
    expect(places).to.deep.equal(places.toSorted((a, b) => a - b));
  });

  it("ACC-8: its totals by kind lead from the opening balance to the closing one", async () => {
    const { kinds, closingMinor } = totalsOf(statement());
    const moved = kinds.reduce((sum, { sumMinor }) => sum + sumMinor, 0);
    expect(OPENING + moved).to.equal(closingMinor);
    expect(closingMinor).to.equal(lines(90).at(-1)?.balanceAfterMinor);
    const text = await textOf(await statementPdf(statement()));
    expect(text).to.contain("Opening balance −¥35 Reward × ");
    expect(text).to.contain(`Closing balance ${closingMinor < 0 ? "−" : ""}¥${Math.abs(closingMinor)} `);
  });

  it("ACC-8: speaks the person's language, Cyrillic included, and says so of a month without entries", async () => {
    const russian = await textOf(await statementPdf(statement({}, "ru")));
    expect(russian).to.contain("Выписка по счёту · ноябрь 2026 г. Ада Попугаева");
    expect(russian).to.contain("3 1 ноября 2026 г. Списание: POP-7 · Почистить клетку −13 ¥");
    const empty = await textOf(await statementPdf(statement({ lines: [] })));
    expect(empty)
      .to.contain("Opening balance −¥35 Closing balance −¥35")
      .and.to.contain("Nothing moved in this month.");
    expect(openingOf([], OPENING)).to.equal(OPENING);
    expect(openingOf(lines(3), ZERO)).to.equal(OPENING);
  });

  it("ACC-8: the same rows give the same bytes", async () => {
    const [once, again] = [await statementPdf(statement()), await statementPdf(statement())];
    expect(once.equals(again)).to.equal(true);
  });

  it("ACC-8: rows that do not add up make no paper", async () => {
    const [first, ...rest] = lines(5);
    const broken = [{ ...(first as StatementLine), amountMinor: -12 as Minor }, ...rest];
    const failure = await statementPdf(statement({ lines: broken })).catch((error: Error) => error);
    expect(failure).to.be.an("error").with.property("message");
    expect((failure as Error).message).to.equal(
      "the statement of 2026-11 does not add up: entry 1 says -46, expected -47",
    );
  });
});
