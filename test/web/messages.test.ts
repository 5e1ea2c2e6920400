import { expect } from "chai";
import { en, type MessageKey } from "../../web/messages/en.ts";
import { formatMessage } from "../../web/messages/format-message.ts";
import { ru } from "../../web/messages/ru.ts";

const KEYS = Object.keys(en) as MessageKey[];
const COUNTS = [0, 1, 2, 4, 5, 11, 21, 22, 25, 101, 111, 1000];

describe("messages of the page", () => {
  it("a value takes the place of its name, numbers in the manner of the language", () => {
    expect(formatMessage("{done} of {total}", { done: 1, total: 2000 }, "en")).to.equal("1 of 2,000");
    expect(formatMessage("{done} из {total}", { done: 1, total: 20_000 }, "ru")).to.equal("1 из 20\u00a0000");
  });

  it("a name without a value stays to be seen; a text's own braces are not read again", () => {
    expect(formatMessage("Hello {who}", {}, "en")).to.equal("Hello {who}");
    expect(formatMessage("{name} is saved.", { name: "{name} # {" }, "en")).to.equal("{name} # { is saved.");
  });

  it("an unclosed brace is a mistake of the table, and said so", () => {
    expect(() => formatMessage("{n, plural, one {#}", { n: 1 }, "en")).to.throw("unclosed brace");
  });

  const moved: readonly (readonly [number, string])[] = [
    [0, "ни одна не сменила исполнителя"],
    [1, "1 задача сменила исполнителя"],
    [3, "3 задачи сменили исполнителя"],
    [5, "5 задач сменили исполнителя"],
    [11, "11 задач сменили исполнителя"],
    [21, "21 задача сменила исполнителя"],
    [112, "112 задач сменили исполнителя"],
    [122, "122 задачи сменили исполнителя"],
  ];
  for (const [count, text] of moved) {
    it(`TT-6: a shuffle that moved ${count} says so in proper Russian`, () => {
      expect(formatMessage(ru["shuffle.moved"], { moved: count }, "ru")).to.equal(text);
    });
  }

  it("PAY-1: English has one and many, and a word of its own for none", () => {
    const said = [0, 1, 2].map((n) => formatMessage(en["payouts.count"], { n }, "en"));
    expect(said).to.deep.equal(["no payouts", "1 payout", "2 payouts"]);
  });
});

describe("the two tables of messages", () => {
  it("have the same keys in the same order", () => {
    expect(Object.keys(ru)).to.deep.equal(KEYS);
  });

  it("take the same values under every key", () => {
    const differing = KEYS.filter((key) => namesIn(en[key]).join() !== namesIn(ru[key]).join());
    expect(differing).to.deep.equal([]);
  });

  it("have no empty text, and no Russian one that was left in English", () => {
    const kept: readonly MessageKey[] = ["login.tagline", "history.by", "task.number", "bank-account.iban"];
    const suspect = KEYS.filter((key) => ru[key].trim() === "" || !/[а-яё]/i.test(ru[key]));
    expect(suspect).to.deep.equal(kept);
  });

  it("format every plural for every kind of number without a rest", () => {
    for (const [locale, table] of [
      ["en", en],
      ["ru", ru],
    ] as const) {
      for (const key of KEYS.filter((each) => table[each].includes(", plural,"))) {
        for (const count of COUNTS) {
          const values = Object.fromEntries(namesIn(table[key]).map((name) => [name, count]));
          expect(formatMessage(table[key], values, locale), `${locale} ${key} ${count}`).to.match(
            /^[^{}#]+$/,
          );
        }
      }
    }
  });

  it("spell out in Russian all categories that whole numbers have", () => {
    const plurals = KEYS.filter((key) => ru[key].includes(", plural,"));
    const incomplete = plurals.filter((key) => !/one \{.*few \{.*many \{.*other \{/.test(ru[key]));
    expect(incomplete).to.deep.equal([]);
  });
});

/** The names of the values a pattern asks for, each once. */
function namesIn(pattern: string): string[] {
  const names = [...pattern.matchAll(/\{(\w+)(?:\}|,\s*plural)/g)].map((match) => match[1] ?? "");
  return [...new Set(names)].sort();
}
