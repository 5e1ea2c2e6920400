/**
 * A CSV file as a table (TT-12): UTF-8, with a header, separated by commas, semicolons or tabs. What is wrong with the
 * file as a whole is refused with the line; what is wrong with a row is the row's business. Read in slices, so that
 * others of this edge get their turn.
 */
import { isUtf8 } from "node:buffer";
import { Readable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { CsvError, parse } from "csv-parse";
import { Refusal } from "../refusal.ts";

export const SEPARATORS = { comma: ",", semicolon: ";", tab: "\t" } as const;
export type Separator = keyof typeof SEPARATORS;

/** As many tasks as a big tracker has; each costs its assignee a fee. */
export const ROWS_MAX = 50_000;
/** A row beyond this is a quote that was never closed. */
const ROW_CHARS_MAX = 1_048_576;
const SLICE_BYTES = 65_536;

export interface CsvRow {
  /** As a spreadsheet numbers it: the header is 1. */
  readonly row: number;
  readonly cells: readonly string[];
}

export interface CsvFile {
  readonly separator: Separator;
  readonly columns: readonly string[];
  /** Without those that hold nothing but white space. */
  readonly rows: readonly CsvRow[];
}

export async function readCsv(bytes: Buffer, asked?: Separator): Promise<CsvFile> {
  refuseUnlessUtf8(bytes);
  const separator = asked ?? separatorOf(bytes);
  const [header, ...rows] = await recordsOf(bytes, SEPARATORS[separator]);
  if (header === undefined) throw invalid("empty", "Expected a header and rows, got an empty file.");
  return { separator, columns: header.cells.map(nameOf), rows };
}

type Fault = "empty" | "not_utf8" | "too_many_rows" | "quote_open" | "quote_inside" | "not_csv";

function invalid(code: Fault, detail: string, line?: number): Refusal {
  const error = { pointer: "", detail, code, ...(line === undefined ? {} : { line }) };
  return new Refusal(400, "invalid_csv", detail, [error]);
}

/** As Postgres can keep it. */
function nameOf(cell: string): string {
  return cell.trim().replaceAll("\u0000", "\uFFFD");
}

function refuseUnlessUtf8(bytes: Buffer): void {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw invalid("not_utf8", 'Expected UTF-8, got UTF-16: save the file as "CSV UTF-8".', 1);
  }
  if (isUtf8(bytes)) return;
  const line = firstBadLine(bytes);
  throw invalid(
    "not_utf8",
    `Expected UTF-8; line ${line} is written in something else, perhaps Windows-1251: save the file as "CSV UTF-8".`,
    line,
  );
}

function firstBadLine(bytes: Buffer): number {
  for (let line = 1, at = 0; ; line++) {
    const end = bytes.indexOf(0x0a, at);
    if (end < 0 || !isUtf8(bytes.subarray(at, end))) return line;
    at = end + 1;
  }
}

/** What stands in the header most often, outside quotes. */
function separatorOf(bytes: Buffer): Separator {
  const counts: Record<Separator, number> = { comma: 0, semicolon: 0, tab: 0 };
  const names = Object.keys(SEPARATORS) as Separator[];
  let isQuoted = false;
  for (const char of bytes.subarray(0, ROW_CHARS_MAX).toString()) {
    if (char === '"') isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (char === "\n" || char === "\r") break;
    else for (const name of names) if (char === SEPARATORS[name]) counts[name] += 1;
  }
  return names.reduce((best, name) => (counts[name] > counts[best] ? name : best));
}

async function recordsOf(bytes: Buffer, delimiter: string): Promise<CsvRow[]> {
  const options = { bom: true, delimiter, relax_column_count: true, max_record_size: ROW_CHARS_MAX };
  const parser = parse(options);
  const slices = Readable.from(slicesOf(bytes));
  slices.on("error", (error) => parser.destroy(error)).pipe(parser);
  const rows: CsvRow[] = [];
  let row = 0;
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      row += 1;
      if (cells.every((cell) => cell.trim() === "")) continue;
      rows.push({ row, cells });
      if (rows.length > ROWS_MAX + 1) {
        throw invalid(
          "too_many_rows",
          `Expected at most ${ROWS_MAX} rows, got more: cut the file into several.`,
        );
      }
    }
  } catch (error) {
    throw error instanceof CsvError ? invalidBy(error) : error;
  } finally {
    slices.destroy();
  }
  return rows;
}

async function* slicesOf(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    yield bytes.subarray(at, at + SLICE_BYTES);
    await turn();
  }
}

function invalidBy(error: CsvError): Refusal {
  const line = Number((error as { lines?: unknown }).lines) || 1;
  switch (error.code) {
    case "CSV_QUOTE_NOT_CLOSED":
    case "CSV_MAX_RECORD_SIZE":
      return invalid(
        "quote_open",
        `Expected every quote to be closed; one that is open at line ${line} is not.`,
        line,
      );
    case "CSV_INVALID_CLOSING_QUOTE":
    case "INVALID_OPENING_QUOTE":
      return invalid(
        "quote_inside",
        `Line ${line}: expected quotes around a whole cell, and each quote inside it doubled.`,
        line,
      );
    default:
      return invalid("not_csv", `Line ${line} is not CSV: ${error.message}`, line);
  }
}
