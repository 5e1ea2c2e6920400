/** A row of a file: the words of a task, or what is wrong with it, each with what was expected (TT-12). Pure. */
import { type ImportedWords, type ImportRow, importedTaskId } from "../../schemas/imported-task.ts";
import { COMMON_SCHEMA } from "../../schemas/registry.ts";
import type { RowError } from "../../schemas/resources.ts";
import { withoutFormulaGuard } from "../queries/csv.ts";
import type { Field, Mapping } from "./columns.ts";
import type { CsvFile, CsvRow } from "./csv-file.ts";

export type ReadRow =
  | { readonly row: number; readonly task: ImportRow }
  | { readonly row: number; readonly errors: readonly RowError[] };

type Wrong = Pick<RowError, "code" | "detail">;

const LIMITS = COMMON_SCHEMA.$defs as Readonly<
  Record<Exclude<Field, never>, { readonly maxLength: number; readonly pattern?: string }>
>;
const JIRA_ID = new RegExp(LIMITS.jiraId.pattern ?? "");

export function readRow({ columns }: CsvFile, mapping: Mapping, { row, cells }: CsvRow): ReadRow {
  if (cells.length !== columns.length) return { row, errors: [miscounted(row, cells, columns)] };
  const textOf = (field: Field) => {
    const place = mapping[field];
    return place === undefined ? "" : withoutFormulaGuard(cells[place] ?? "").trim();
  };
  const words = {
    title: textOf("title"),
    jiraId: textOf("jiraId").toUpperCase(),
    description: textOf("description"),
  };
  const errors = (Object.keys(CHECKS) as Field[]).flatMap((field) => {
    const wrong = CHECKS[field](words[field]);
    return wrong === undefined ? [] : [{ row, column: columns[mapping[field] ?? 0] ?? "", ...wrong }];
  });
  return errors.length > 0 ? { row, errors } : { row, task: taskOf(words) };
}

function taskOf({ title, jiraId, description }: Readonly<Record<Field, string>>): ImportRow {
  const words: ImportedWords = {
    title,
    ...(jiraId === "" ? {} : { jiraId }),
    ...(description === "" ? {} : { description }),
  };
  return { ...words, taskId: importedTaskId(words) };
}

const CHECKS: Readonly<Record<Field, (text: string) => Wrong | undefined>> = {
  title(text) {
    if (text === "") return { code: "title_missing", detail: "expected a title, got an empty cell" };
    if (/[[\]]/.test(text)) {
      return {
        code: "title_brackets",
        detail: "expected a title without square brackets; a Jira id has a column of its own",
      };
    }
    return unstorable(text) ?? tooLong("title", text);
  },
  jiraId(text) {
    if (text === "" || (JIRA_ID.test(text) && text.length <= LIMITS.jiraId.maxLength)) return undefined;
    const got = text.slice(0, 50).replaceAll("\u0000", "\uFFFD");
    return { code: "jira_id_invalid", detail: `expected LETTERS-DIGITS as in UBERPOP-42, got ${got}` };
  },
  description: (text) => unstorable(text) ?? tooLong("description", text),
};

function tooLong(field: "title" | "description", text: string): Wrong | undefined {
  const { maxLength } = LIMITS[field];
  if (text.length <= maxLength || [...text].length <= maxLength) return undefined;
  return {
    code: `${field}_too_long`,
    detail: `expected at most ${maxLength} characters, got ${[...text].length}`,
  };
}

/** Postgres keeps no NUL. */
function unstorable(text: string): Wrong | undefined {
  return text.includes("\u0000")
    ? { code: "text_invalid", detail: "expected text without NUL characters" }
    : undefined;
}

function miscounted(row: number, cells: readonly string[], columns: readonly string[]): RowError {
  const code = cells.length < columns.length ? "cells_missing" : "cells_extra";
  const detail = `expected ${columns.length} cells as in the header, got ${cells.length}`;
  return { row, column: null, code, detail };
}
