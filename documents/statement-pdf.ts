/**
 * A month's statement as PDF (ACC-8, PAY-4): a head, what the month comes to, and every entry with the balance after it,
 * over as many pages as it takes. Rows in, bytes out: the same rows give the same bytes, in the person's language.
 */
import { setImmediate } from "node:timers/promises";
import type { Minor } from "../schemas/money.ts";
import { dateText, moneyText, monthText } from "./format.ts";
import type { Sheet, TextStyle } from "./sheet.ts";
import { type Statement, type StatementLine, type Totals, totalsOf } from "./statement.ts";
import { STATEMENT_WORDS, type StatementWords } from "./statement-words.ts";

/** Some 5 ms of work: whoever else has work on this thread goes between. */
const LINES_AT_A_TIME = 40;
const GREY = "#6b6b70";

/** Columns from the left: shares of the width. */
const COLUMNS = { number: 0.07, date: 0.21, what: 0.38, amount: 0.16, balance: 0.18 } as const;

/** Between a column and the next. */
const GAP = 6;
/** A title may take so many; the rest of it is in the log. */
const WHAT_LINES = 2;

interface Paper extends Statement {
  readonly sheet: Sheet;
  readonly words: StatementWords;
  readonly totals: Totals;
}

/** Throws when the lines do not add up to their balances. */
export async function statementPdf(statement: Statement): Promise<Buffer> {
  const paper = await paperOf(statement, totalsOf(statement));
  writeHead(paper);
  writeTotals(paper);
  writeTableHead(paper);
  for (const [place, line] of statement.lines.entries()) {
    if (place % LINES_AT_A_TIME === LINES_AT_A_TIME - 1) await setImmediate();
    writeLine(paper, line);
  }
  if (statement.lines.length === 0) paper.sheet.text(paper.words.empty, paper.sheet.left, paper.sheet.width);
  return paper.sheet.finish((page, pages) => ({
    left: `${headline(paper)} · ${oneLine(statement.person.name)}`,
    right: paper.words.page(page, pages),
  }));
}

async function paperOf(statement: Statement, totals: Totals): Promise<Paper> {
  const { person, company, month, asOf } = statement;
  const words = STATEMENT_WORDS[person.locale];
  const title = `${words.title} · ${monthText(month, person.locale)}`;
  const author = oneLine(company.name);
  const { Sheet } = await import("./sheet.ts"); // its library is loaded by the first paper
  const sheet = new Sheet({ title, author, locale: person.locale, at: new Date(asOf) });
  return { ...statement, sheet, words, totals };
}

function headline({ words, month, person }: Paper): string {
  return `${words.title} · ${monthText(month, person.locale)}`;
}

function writeHead(paper: Paper): void {
  const { sheet, words, company, person, asOf } = paper;
  const write = (text: string, style: TextStyle, below: number) => {
    sheet.text(text, sheet.left, sheet.width, style);
    sheet.y += below;
  };
  write(oneLine(company.name), { size: 9, color: GREY }, 16);
  write(headline(paper), { size: 17, bold: true }, 27);
  write(oneLine(person.name), { size: 11, bold: true }, 16);
  write(`${words.account} ${person.id}`, { color: GREY }, 12);
  write(words.asOf(`${asOf.slice(0, 16).replace("T", " ")} UTC`), { color: GREY }, 24);
}

/** From the opening balance to the closing one, by kind: what the lines below sum to. */
function writeTotals(paper: Paper): void {
  const { sheet, words, totals, openingMinor } = paper;
  const row = (label: string, amount: string, style: TextStyle = {}) => {
    sheet.text(label, sheet.left, sheet.width * 0.34, { size: 9.5, ...style });
    const x = sheet.left + sheet.width * 0.34;
    sheet.text(amount, x, sheet.width * 0.22, { size: 9.5, ...style, align: "right" });
    sheet.y += 15;
  };
  row(words.opening, money(paper, openingMinor), { bold: true });
  for (const { kind, count, sumMinor } of totals.kinds) {
    row(`${words.kinds[kind]} × ${count}`, money(paper, sumMinor, "signed"));
  }
  row(words.closing, money(paper, totals.closingMinor), { bold: true });
  sheet.y += 14;
}

function writeTableHead({ sheet, words }: Paper): void {
  writeCells(sheet, words, { bold: true, color: GREY, size: 8 });
  sheet.y += 14;
  sheet.rule("#8e8e93");
  sheet.y += 5;
}

function writeLine(paper: Paper, line: StatementLine): void {
  const { sheet, words, person } = paper;
  const what = whatOf(line, words);
  const height = sheet.heightOf(what, COLUMNS.what * sheet.width - GAP, { lines: WHAT_LINES });
  if (!sheet.hasRoomFor(height)) {
    sheet.newPage();
    writeTableHead(paper);
  }
  const number = String(line.number);
  const amount = money(paper, line.amountMinor, "signed");
  const balance = money(paper, line.balanceAfterMinor);
  writeCells(sheet, { number, date: dateText(line.businessDate, person.locale), what, amount, balance }, {});
  sheet.y += height + 3;
  sheet.rule();
  sheet.y += 4;
}

function writeCells(
  sheet: Sheet,
  cells: Readonly<Record<keyof typeof COLUMNS, string>>,
  style: TextStyle,
): void {
  let x = sheet.left;
  for (const [column, share] of Object.entries(COLUMNS) as [keyof typeof COLUMNS, number][]) {
    const align = column === "amount" || column === "balance" ? "right" : "left";
    const lines = column === "what" ? WHAT_LINES : 1;
    const width = share * sheet.width - (align === "left" ? GAP : 0);
    sheet.text(cells[column], x, width, { ...style, align, lines });
    x += share * sheet.width;
  }
}

function whatOf({ kind, title, jiraId }: StatementLine, words: StatementWords): string {
  const task = [jiraId, title].filter((text) => text !== null && text !== undefined).map(oneLine);
  return task.length === 0 ? words.kinds[kind] : `${words.kinds[kind]}: ${task.join(" · ")}`;
}

function money({ company, person }: Paper, amount: Minor, style: "plain" | "signed" = "plain"): string {
  return moneyText(amount, company.currency, person.locale, style);
}

/** Names and titles are people's own words: they make no line of their own. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
}
