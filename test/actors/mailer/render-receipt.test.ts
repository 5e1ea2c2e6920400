import { expect } from "chai";
import fc from "fast-check";
import { renderReceipt } from "../../../actors/mailer/render-receipt.ts";
import type { Words } from "../../../actors/mailer/state.ts";
import { type Locale, type MailPerson, personKey } from "../../../actors/mailer/state.ts";
import { moneyText } from "../../../documents/format.ts";
import { newUuid, type UserId } from "../../../schemas/ids.ts";
import { minor } from "../../../schemas/money.ts";
import { COMPANY } from "../payment/one-partition.ts";
import { requested } from "../payment/payouts.ts";

const breakdown = {
  carriedMinor: minor(-1_500),
  fees: 4,
  feesMinor: minor(5_600),
  rewards: 12,
  rewardsMinor: minor(36_100),
  otherMinor: minor(2_000),
};
const receipt = requested({ amountMinor: minor(31_000), breakdown });

function render(locale: Locale, name = "Kea", company = COMPANY.name, currency = "USD", of = receipt): Words {
  const id = newUuid() as UserId;
  const notifications = { assigned: true, receipt: true, statement: true };
  const person: MailPerson = {
    key: personKey(id),
    id,
    email: "kea@test.local",
    name,
    locale,
    active: true,
    notifications,
  };
  return renderReceipt(of, person, { ...COMPANY, name: company, currency });
}

/** No-break spaces are the formats' own business. */
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, " ");

describe("the words of a receipt", () => {
  it("PAY-3: say amount, date, and what it is made of, in English", () => {
    const { subject, text } = render("en");
    expect(subject).to.equal("Your payout for October 5, 2026: $310.00");
    expect(text).to.contain("For October 5, 2026 you were paid $310.00.");
    expect(text.split("\n").filter((line) => line.startsWith("  "))).to.deep.equal([
      "  Carried over                 −$15.00",
      "  Tasks completed         12  +$361.00",
      "  Tasks assigned           4   −$56.00",
      "  Other entries                +$20.00",
      "  ------------------------------------",
      "  Paid out                     $310.00",
    ]);
  });

  it("PAY-3: say amount, date, and what it is made of, in Russian", () => {
    const { subject, text } = render("ru");
    expect(plain(subject)).to.equal("Ваша выплата за 5 октября 2026 г.: 310,00 $");
    expect(
      plain(text)
        .split("\n")
        .filter((line) => line.startsWith("  ")),
    ).to.deep.equal([
      "  Перенесено                   −15,00 $",
      "  Выполнено задач         12  +361,00 $",
      "  Назначено задач          4   −56,00 $",
      "  Прочие записи                +20,00 $",
      "  -------------------------------------",
      "  Выплачено                    310,00 $",
    ]);
  });

  it("PAY-3: HTML and text say the same", () => {
    for (const locale of ["en", "ru"] as const) {
      const { text, html } = render(locale);
      const shown = plain(html.slice(html.indexOf("<body")).replace(/<[^>]+>/g, " ")).replace(/\s+/g, " ");
      for (const line of plain(text)
        .split("\n")
        .filter((each) => /^ {2}[^-]/.test(each))) {
        for (const cell of line.trim().split(/ {2,}/)) expect(shown).to.contain(cell);
      }
      expect(shown).to.contain(receipt.payoutId).and.to.contain("UberPopug Inc");
      expect(html).to.contain(`<html lang="${locale}">`);
    }
  });

  it("PAY-3: what is zero and unusual is left out", () => {
    const { text, html } = render("en", "Kea", COMPANY.name, "USD", requested());
    expect(text + html).not.to.match(/Carried over|Other entries/);
    expect(text).to.contain("Tasks completed").and.to.contain("Tasks assigned");
  });

  it("PAY-3: nothing of a mail is loaded from elsewhere", () => {
    expect(render("en").html).not.to.match(/<(img|link|script|iframe)|url\(|https?:/i);
  });

  it("PAY-3: names are escaped in HTML, and stay one line in text and headers", () => {
    const name = '</p><script>alert("1")</script>&amp;\r\nBcc: all@test.local\u2028';
    const { subject, text, html } = render("en", name, `<b>${name}</b>`);
    expect(html).not.to.contain("<script").and.not.to.contain("<b>");
    expect(html).to.contain("&lt;script&gt;").and.to.contain("&amp;amp;");
    expect(text).to.contain('Hello </p><script>alert("1")</script>&amp; Bcc: all@test.local,');
    expect(`${subject}`).to.match(/^\P{Cc}+$/u);
  });

  it("PAY-3: no name of a person or company adds a tag, a line, or a control character to a header", () => {
    const words = fc.oneof(
      fc.string({ unit: "binary", minLength: 1, maxLength: 60 }),
      fc.string({ minLength: 1 }),
    );
    const tagsOf = (html: string) => html.match(/<\/?[a-z!][^>]*>/g);
    const expected = { tags: tagsOf(render("ru").html), lines: render("ru").text.split("\n").length };
    fc.assert(
      fc.property(words, words, (name, company) => {
        const { subject, text, html } = render("ru", name, company);
        expect(tagsOf(html)).to.deep.equal(expected.tags);
        expect(text.split(/\r\n|[\n\r\u2028\u2029\v\f\u0085]/)).to.have.length(expected.lines);
        expect(subject).to.match(/^\P{Cc}+$/u);
      }),
    );
  });

  it("PAY-3: amounts stand under each other whatever their width", () => {
    const amounts = fc.integer({ min: -9_007_199_254_740_991, max: 9_007_199_254_740_991 }).map(minor);
    const currency = fc.constantFrom("USD", "EUR", "RUB", "JPY", "KWD", "CHF");
    fc.assert(
      fc.property(
        amounts,
        amounts,
        amounts,
        currency,
        fc.constantFrom("en", "ru"),
        (a, b, c, money, locale) => {
          const of = requested({
            breakdown: { ...breakdown, carriedMinor: a, rewardsMinor: b, otherMinor: c },
          });
          const lines = render(locale as Locale, "Kea", COMPANY.name, money, of)
            .text.split("\n")
            .filter((line) => line.startsWith("  "));
          expect(new Set(lines.map((line) => line.length)).size).to.equal(1);
        },
      ),
    );
  });
});

describe("amounts in mails", () => {
  it("ACC-2: are exact for every number of minor units, and of every currency's digits", () => {
    expect(moneyText(minor(9_007_199_254_740_991), "USD", "en", "plain")).to.equal("$90,071,992,547,409.91");
    expect(moneyText(minor(-9_007_199_254_740_991), "USD", "en", "plain")).to.equal(
      "−$90,071,992,547,409.91",
    );
    expect(moneyText(minor(5), "USD", "en", "signed")).to.equal("+$0.05");
    expect(moneyText(minor(0), "USD", "en", "signed")).to.equal("$0.00");
    expect(moneyText(minor(1_234), "JPY", "en", "plain")).to.equal("¥1,234");
    expect(plain(moneyText(minor(1_234), "KWD", "en", "plain"))).to.equal("KWD 1.234");
    expect(plain(moneyText(minor(123_456), "RUB", "ru", "signed"))).to.equal("+1 234,56 ₽");
  });

  it("ACC-2: say every digit of any amount", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (amount) => {
        const digits = moneyText(minor(amount), "EUR", "en", "plain").replace(/[^0-9]/g, "");
        expect(Number(digits)).to.equal(Math.abs(amount));
      }),
    );
  });
});
