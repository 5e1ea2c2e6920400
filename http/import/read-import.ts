/** A file read whole: the tasks it asks for, the rows that ask for none, and what an import of it would do (TT-12). */

import type { TaskId } from "../../schemas/ids.ts";
import type { ImportRow } from "../../schemas/imported-task.ts";
import type { RowError } from "../../schemas/resources.ts";
import { type AskedColumns, FIELDS, type Field, type Mapping, mapColumns } from "./columns.ts";
import { type CsvFile, readCsv, type Separator } from "./csv-file.ts";
import type { RejectedRow } from "./import-store.ts";
import { type ReadRow, readRow } from "./row.ts";

export const ERRORS_SHOWN_MAX = 200;
const SAMPLE_ROWS = 20;
/** One piece is one commit of the board: some 40 ms in which others wait. */
const PIECE_ROWS_MAX = 100;
const PIECE_CHARS_MAX = 262_144;

export interface ReadImport {
  readonly file: CsvFile;
  readonly mapping: Mapping;
  /** In the order of the file; none while no column holds titles. */
  readonly rows: readonly ReadRow[];
}

export async function readImport(
  bytes: Buffer,
  columns: AskedColumns,
  separator?: Separator,
): Promise<ReadImport> {
  const file = await readCsv(bytes, separator);
  const mapping = mapColumns(file.columns, columns);
  if (mapping.title === undefined) return { file, mapping, rows: [] };
  return { file, mapping, rows: file.rows.map((row) => readRow(file, mapping, row)) };
}

export function tasksOf({ rows }: ReadImport): ImportRow[] {
  return rows.flatMap((row) => ("task" in row ? [row.task] : []));
}

export function rejectsOf({ rows, file }: ReadImport): RejectedRow[] {
  return rows.flatMap((row, index) =>
    "errors" in row ? [{ ...row, cells: file.rows[index]?.cells ?? [] }] : [],
  );
}

/** Bounded by rows and by weight. */
export function piecesOf(rows: readonly ImportRow[]): ImportRow[][] {
  const pieces: ImportRow[][] = [];
  let chars = 0;
  for (const row of rows) {
    const piece = pieces.at(-1);
    const weight = row.title.length + (row.description?.length ?? 0);
    if (piece === undefined || piece.length === PIECE_ROWS_MAX || chars + weight > PIECE_CHARS_MAX) {
      pieces.push([row]);
      chars = weight;
    } else {
      piece.push(row);
      chars += weight;
    }
  }
  return pieces;
}

type Outcome = "created" | "unchanged" | "rejected";

export interface ImportPreview {
  readonly separator: Separator;
  readonly columns: readonly { readonly position: number; readonly name: string }[];
  readonly mapping: Readonly<Record<Field, number | null>>;
  readonly rows: number;
  readonly created: number;
  readonly unchanged: number;
  readonly rejected: number;
  readonly errors: readonly RowError[];
  readonly sample: readonly {
    readonly row: number;
    readonly cells: readonly string[];
    readonly outcome: Outcome | null;
  }[];
}

/** `known` are tasks that are on the board: what would be made of each row now. */
export function previewOf(read: ReadImport, known: ReadonlySet<TaskId>): ImportPreview {
  const { file, mapping, rows } = read;
  const seen = new Set(known);
  const outcomes = rows.map((row) => outcomeOf(row, seen));
  const count = (outcome: Outcome) => outcomes.filter((each) => each === outcome).length;
  return {
    separator: file.separator,
    columns: file.columns.map((name, place) => ({ position: place + 1, name })),
    mapping: Object.fromEntries(
      FIELDS.map((field) => [field, positionOf(mapping[field])]),
    ) as ImportPreview["mapping"],
    rows: file.rows.length,
    created: count("created"),
    unchanged: count("unchanged"),
    rejected: count("rejected"),
    errors: rejectsOf(read)
      .flatMap(({ errors }) => errors)
      .slice(0, ERRORS_SHOWN_MAX),
    sample: file.rows
      .slice(0, SAMPLE_ROWS)
      .map(({ row, cells }, index) => ({ row, cells, outcome: outcomes[index] ?? null })),
  };
}

function outcomeOf(row: ReadRow, seen: Set<TaskId>): Outcome {
  if ("errors" in row) return "rejected";
  if (seen.has(row.task.taskId)) return "unchanged";
  seen.add(row.task.taskId);
  return "created";
}

function positionOf(place: number | undefined): number | null {
  return place === undefined ? null : place + 1;
}
