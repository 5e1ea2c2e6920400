/** CSV as RFC 4180 has it, safe to open in a spreadsheet: text that would be taken for a formula is made plain text. */

export type CsvValue = string | number | null;
export type CsvLine = readonly CsvValue[];

export function csv(lines: readonly CsvLine[]): string {
  return lines.map((line) => `${line.map(cell).join(",")}\r\n`).join("");
}

/**
 * What spreadsheets take for a formula, after white space too and in the full-width forms some of them accept; and what
 * has the guard in front already, so that taking one guard away always gives the text.
 */
const FORMULA = /^'*(?:\s*[=+\-@＝＋－＠]|[\t\r\n])/u;

/** Numbers keep their sign: they are ours. Text that begins like a formula gets an apostrophe in front. */
function cell(value: CsvValue): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const plain = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/** The text that a cell of ours stands for: what we have exported can be imported as it was. */
export function withoutFormulaGuard(text: string): string {
  return text.startsWith("'") && FORMULA.test(text) ? text.slice(1) : text;
}
