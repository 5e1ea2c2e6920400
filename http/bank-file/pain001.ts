/**
 * A day's payouts as an ISO 20022 customer credit transfer, pain.001.001.09 (PAY-2): one payment information block, one
 * transfer per payout, count and control sum in both heads. Names are put into the Latin letters that banks take.
 */
import { transliterate } from "transliteration";
import { create } from "xmlbuilder2";
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { PayoutId } from "../../schemas/ids.ts";

export interface Transfer {
  readonly payoutId: PayoutId;
  readonly amountMinor: number;
  readonly holder: string;
  readonly iban: string;
}

export interface BankFile {
  /** At most 35 characters, and another one for each file: a bank refuses the same one twice. */
  readonly messageId: string;
  readonly createdAt: string;
  readonly businessDate: BusinessDate;
  /** When the bank is to pay. */
  readonly executionDate: string;
  readonly company: string;
  readonly companyIban: string;
  readonly currency: string;
  readonly transfers: readonly Transfer[];
}

const NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09";
/** The message allows 140; banks of the SEPA scheme take 70. */
const NAME_CHARS = 70;
const REMITTANCE_CHARS = 140;
const NAMELESS = "Payee";

export function pain001(file: BankFile): string {
  const { messageId, createdAt, company, transfers } = file;
  const sums = { NbOfTxs: String(transfers.length), CtrlSum: sumOf(file) };
  const head = { MsgId: messageId, CreDtTm: seconds(createdAt), ...sums, InitgPty: { Nm: latin(company) } };
  const document = { CstmrCdtTrfInitn: { GrpHdr: head, PmtInf: paymentOf(file, sums) } };
  return create({ version: "1.0", encoding: "UTF-8" })
    .ele(NAMESPACE, "Document")
    .ele(document)
    .doc()
    .end({ prettyPrint: true });
}

function paymentOf(file: BankFile, sums: object): object {
  const { messageId, executionDate, company, companyIban, transfers } = file;
  return {
    PmtInfId: messageId,
    PmtMtd: "TRF",
    BtchBookg: "true",
    ...sums,
    ReqdExctnDt: { Dt: executionDate },
    Dbtr: { Nm: latin(company) },
    DbtrAcct: { Id: { IBAN: companyIban } },
    DbtrAgt: { FinInstnId: { Othr: { Id: "NOTPROVIDED" } } },
    ChrgBr: "SLEV",
    CdtTrfTxInf: transfers.map((transfer) => transferOf(transfer, file)),
  };
}

function transferOf({ payoutId, amountMinor, holder, iban }: Transfer, file: BankFile): object {
  const { currency, company, businessDate } = file;
  return {
    PmtId: { EndToEndId: payoutId.replaceAll("-", "") },
    Amt: { InstdAmt: { "@Ccy": currency, "#": amountOf(amountMinor, currency) } },
    Cdtr: { Nm: latin(holder) },
    CdtrAcct: { Id: { IBAN: iban } },
    RmtInf: { Ustrd: latin(`${company} payout ${businessDate}`, REMITTANCE_CHARS) },
  };
}

function sumOf({ transfers, currency }: BankFile): string {
  return amountOf(
    transfers.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
    currency,
  );
}

/** Whole minor units as the decimal number that banks write, without ever being a fraction here (ACC-2). */
export function amountOf(amountMinor: number, currency: string): string {
  const format = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions();
  const digits = format.maximumFractionDigits ?? 0;
  if (digits === 0) return String(amountMinor);
  const text = String(amountMinor).padStart(digits + 1, "0");
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** The characters that every bank takes: letters without accents, digits, and some signs; never a sign at the beginning. */
export function latin(text: string, chars: number = NAME_CHARS): string {
  const plain = transliterate(text)
    .replace(/[^A-Za-z0-9?:().,'+ -]+/g, " ")
    .replace(/ +/g, " ")
    .replace(/^[^A-Za-z0-9]+/, "");
  return plain.slice(0, chars).trim() || NAMELESS;
}

/** xs:dateTime without a fraction: some banks stumble over it. */
function seconds(instant: string): string {
  return `${instant.slice(0, 19)}Z`;
}
