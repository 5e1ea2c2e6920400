/** Jobs: visible to who started them, and to admins; for others they do not exist. */
import type { Knex } from "knex";
import type { JobId } from "../../schemas/ids.ts";
import type { JobResource, RowError } from "../../schemas/resources.ts";
import type { Caller } from "../route.ts";
import type { CsvLine } from "./csv.ts";
import { JobModel } from "./models.ts";
import { rowsOf } from "./statement.ts";

/** Rows whose errors a job shows. */
const ROWS_SHOWN_MAX = 200;
const PAGE_ROWS = 500;

export async function findJob(database: Knex, id: JobId, caller: Caller): Promise<JobResource | undefined> {
  const job = await findVisible(database, id, caller);
  if (job === undefined) return undefined;
  const { kind, state, done, total, result } = job;
  const errors = kind === "import" ? await readErrors(database, id) : [];
  return { id: job.id, kind, state, done, total, result, errors };
}

async function findVisible(database: Knex, id: JobId, caller: Caller): Promise<JobModel | undefined> {
  const job = await JobModel.query(database).findById(id);
  return job?.creatorId === caller.id || caller.role === "admin" ? job : undefined;
}

async function readErrors(database: Knex, id: JobId): Promise<RowError[]> {
  const rows = await rejectsAfter(database, id, 0, ROWS_SHOWN_MAX);
  return rows.flatMap(({ errors }) => errors);
}

interface Rejects {
  /** The file's own, and two of ours behind them: what is wrong, and the row it was. */
  readonly header: readonly string[];
  readonly pages: AsyncIterable<readonly CsvLine[]>;
}

/** The rows of an import that no task could be made of, as they stood in the file (TT-12). */
export async function findRejects(database: Knex, id: JobId, caller: Caller): Promise<Rejects | undefined> {
  if ((await findVisible(database, id, caller)) === undefined) return undefined;
  const [kept] = await rowsOf<{ columns: string[] }>(database, {
    text: "select columns from imports where job_id = $1",
    values: [id],
  });
  if (kept === undefined) return undefined;
  return { header: [...kept.columns, "error", "row"], pages: rejectPages(database, id, kept.columns.length) };
}

async function* rejectPages(database: Knex, id: JobId, columns: number): AsyncGenerator<readonly CsvLine[]> {
  for (let after = 0; ; ) {
    const page = await rejectsAfter(database, id, after, PAGE_ROWS);
    const last = page.at(-1);
    if (last === undefined) return;
    yield page.map(({ row, errors, cells }) => [...filled(cells, columns), wordsOf(errors), row]);
    after = last.row;
  }
}

interface RejectRow {
  readonly row: number;
  readonly errors: readonly RowError[];
  readonly cells: readonly string[];
}

function rejectsAfter(database: Knex, id: JobId, after: number, limit: number): Promise<RejectRow[]> {
  const text = `select row, errors, cells from import_rejects where job_id = $1 and row > $2 order by row limit ${limit}`;
  return rowsOf<RejectRow>(database, { text, values: [id, after] });
}

/** A row with too few cells is filled up; what it has too many stays, beyond ours. */
function filled(cells: readonly string[], columns: number): readonly string[] {
  return cells.length >= columns ? cells : [...cells, ...Array<string>(columns - cells.length).fill("")];
}

function wordsOf(errors: readonly RowError[]): string {
  return errors.map(({ column, detail }) => (column === null ? detail : `${column}: ${detail}`)).join("; ");
}
