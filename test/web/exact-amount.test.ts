import { expect } from "chai";
import fc from "fast-check";
import { exactAmount, type MoneyStyle } from "../../web/format/exact-amount.ts";

const CASES: readonly (readonly [number, string, string, MoneyStyle, string])[] = [
  [1500, "en", "USD", {}, "$15.00"],
  [1500, "en", "USD", { short: true }, "$15"],
  [1505, "en", "USD", { short: true }, "$15.05"],
  [-1205, "en", "USD", {}, "−$12.05"],
  [1205, "en", "USD", { signed: true }, "+$12.05"],
  [0, "en", "USD", { signed: true }, "$0.00"],
  [7, "en", "EUR", {}, "€0.07"],
  [-7, "en", "EUR", { signed: true, short: true }, "−€0.07"],
  [15, "en", "JPY", {}, "¥15"],
  [-15, "en", "JPY", { signed: true }, "−¥15"],
  [1_234_567, "en", "KWD", {}, "KWD\u00a01,234.567"],
  [123_456_789, "ru", "RUB", {}, "1\u00a0234\u00a0567,89\u00a0₽"],
  [-500, "ru", "EUR", { signed: true, short: true }, "−5\u00a0€"],
];

describe("money on the page", () => {
  for (const [minor, language, currency, style, text] of CASES) {
    it(`ACC-2: ${minor} of ${currency} in ${language} is ${text}`, () => {
      expect(exactAmount(minor, language, currency, style)).to.equal(text);
    });
  }

  it("ACC-2: no unit is lost, up to the largest whole number there is", () => {
    expect(exactAmount(Number.MAX_SAFE_INTEGER, "en", "USD", {})).to.equal("$90,071,992,547,409.91");
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.constantFrom("USD", "JPY", "KWD"), (minor, currency) => {
        const digits = exactAmount(minor, "en", currency, {}).replace(/\D/g, "");
        expect(Number(digits)).to.equal(Math.abs(minor));
      }),
    );
  });
});
