import { readFileSync } from "node:fs";
import { expect } from "chai";
import fc from "fast-check";
import { validateXML } from "xmllint-wasm";
import { readIban } from "../../../http/bank-file/iban.ts";
import { amountOf, type BankFile, decimalsOf, latin, pain001 } from "../../../http/bank-file/pain001.ts";
import type { BusinessDate } from "../../../schemas/business-date.ts";
import { newUuid, type PayoutId } from "../../../schemas/ids.ts";

const XSD = readFileSync(new URL("./pain.001.001.09.xsd", import.meta.url), "utf8");

function file(change: Partial<BankFile> = {}): BankFile {
  return {
    messageId: "ATES-2026-10-05-0123456789ab",
    createdAt: "2026-10-06T07:08:09.123Z",
    businessDate: "2026-10-05" as BusinessDate,
    executionDate: "2026-10-06",
    company: "Уберпопуг <Inc> & Söhne",
    companyIban: "GB82WEST12345698765432",
    currency: "EUR",
    transfers: [transfer(2_805), transfer(10)],
    ...change,
  };
}

function transfer(amountMinor: number, holder = "Иннокентий Попугов") {
  return { payoutId: newUuid() as PayoutId, amountMinor, holder, iban: "DE89370400440532013000" };
}

async function problems(xml: string): Promise<readonly unknown[]> {
  const checked = await validateXML({
    xml: [{ fileName: "file.xml", contents: xml }],
    schema: [{ fileName: "pain.001.001.09.xsd", contents: XSD }],
  });
  return checked.errors.map(({ message }) => message);
}

const valuesOf = (xml: string, name: string) =>
  [...xml.matchAll(new RegExp(`<${name}(?: [^>]*)?>([^<]*)</${name}>`, "g"))].map(([, value]) => value);

describe("a bank file", function () {
  this.timeout(120_000);

  it("PAY-2: is a pain.001.001.09 by its schema, with count and control sum in both heads", async () => {
    const xml = pain001(file());
    expect(await problems(xml)).to.deep.equal([]);
    expect(valuesOf(xml, "NbOfTxs")).to.deep.equal(["2", "2"]);
    expect(valuesOf(xml, "CtrlSum")).to.deep.equal(["28.15", "28.15"]);
    expect(valuesOf(xml, "InstdAmt")).to.deep.equal(["28.05", "0.10"]);
    expect(xml).to.contain('Ccy="EUR"');
    expect(valuesOf(xml, "CreDtTm")).to.deep.equal(["2026-10-06T07:08:09Z"]);
    expect(valuesOf(xml, "Nm").at(-1)).to.equal("Innokentiy Popugov");
  });

  it("PAY-2: the schema refuses what a bank would: a name too long, no account, an amount that is none", async () => {
    const good = pain001(file());
    const bad = [
      good
        .replace("ATES-2026-10-05-0123456789ab", "A".repeat(36))
        .replace("<IBAN>DE89370400440532013000</IBAN>", ""),
      good.replace(">28.05<", ">28,05<"),
      good.replace("TRF", "CASH"),
    ];
    for (const xml of bad) expect(await problems(xml)).to.have.length.above(0);
  });

  it("PAY-2: any name becomes Latin letters that every bank takes, and any file stays one by the schema", async () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (name) => {
        expect(latin(name, "Payee")).to.match(/^[A-Za-z0-9][A-Za-z0-9?:().,'+ -]{0,69}$/);
      }),
      { numRuns: 30 },
    );
    const names = ["Łukasz Żółć", "王小明", "Ñandú O'Brien", "🦜", "</Nm>", "/ -Popug", "Щука Ёжиков"];
    expect(names.map((name) => latin(name, "Payee"))).to.include.members([
      "Lukasz Zolc",
      "Nandu O'Brien",
      "Payee",
      "Popug",
    ]);
    const transfers = names.map((name, index) => transfer(index + 1, name));
    expect(await problems(pain001(file({ transfers })))).to.deep.equal([]);
    const long = pain001(file({ company: "К".repeat(200), transfers }));
    expect(await problems(long)).to.deep.equal([]);
    expect(long).to.contain(`${"K".repeat(70)} payout 2026-10-05</Ustrd>`);
    expect(valuesOf(pain001(file({ company: "🦜" })), "Nm").slice(0, 2)).to.deep.equal(["Payer", "Payer"]);
  });

  it("ACC-2: amounts are the currency's own decimals, exactly", () => {
    const written = (minor: number, currency: string) => amountOf(minor, decimalsOf(currency));
    expect([5, 99, 100, 123_456].map((minor) => written(minor, "USD"))).to.deep.equal([
      "0.05",
      "0.99",
      "1.00",
      "1234.56",
    ]);
    expect([
      written(63, "JPY"),
      written(1_234, "KWD"),
      written(12_345, "CLF"),
      written(9_007_199_254_740_991, "EUR"),
    ]).to.deep.equal(["63", "1.234", "1.2345", "90071992547409.91"]);
  });

  it("PAY-2: an IBAN is taken as people write it, and what is wrong with it is said", () => {
    expect(readIban("de89 3704 0044 0532 0130 00")).to.deep.equal({ iban: "DE89370400440532013000" });
    const wrong: [string, RegExp][] = [
      ["", /got nothing/],
      ["DE88370400440532013000", /check digits/],
      ["DE8937040044053201300", /22 letters and digits for DE, got 21/],
      ["XX89370400440532013000", /country first/],
      ["DE89A70400440532013000", /account number as DE writes it|check digits/],
    ];
    for (const [written, says] of wrong)
      expect((readIban(written) as { problem: string }).problem).to.match(says);
  });
});
