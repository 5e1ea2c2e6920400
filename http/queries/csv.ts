/** CSV as RFC 4180 has it, safe to open in a spreadsheet: text that would be taken for a formula is made plain text. */

export type CsvValue = string | number | null;

export function csv(header: readonly string[], rows: readonly (readonly CsvValue[])[]): string {
  return [header, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/** What spreadsheets take for a formula, after white space too and in the full-width forms some of them accept. */
const FORMULA = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/u;

/** Numbers keep their sign: they are ours. Text that begins like a formula gets an apostrophe in front. */
function cell(value: CsvValue): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const plain = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
