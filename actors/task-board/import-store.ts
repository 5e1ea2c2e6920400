/** Pieces of imports (TT-12), table `import_pieces`: the edge writes them, the board reads each once and deletes it. */

import type { JobId } from "../../schemas/ids.ts";
import type { ImportRow } from "../../schemas/imported-task.ts";
import type { Db } from "../runtime/actor-store.ts";
import { type Statement, writing } from "../runtime/statement.ts";
import { type ImportPiece, pieceKey } from "./state.ts";

export async function selectPieces(db: Db, keys: readonly string[]): Promise<ImportPiece[]> {
  const places = keys.flatMap(placeOf);
  if (places.length === 0) return [];
  const { rows } = await db.query<{ jobId: JobId; number: number; rows: ImportRow[]; known: string[] }>(
    `select job_id as "jobId", number, rows,
            array(select row ->> 'taskId' from jsonb_array_elements(rows) as row
                   where is_on_board((row ->> 'taskId')::uuid, row ->> 'jiraId', row ->> 'title',
                                     row ->> 'description')) as known
       from import_pieces join unnest($1::uuid[], $2::int[]) as asked(job_id, number) using (job_id, number)`,
    [places.map(({ jobId }) => jobId), places.map(({ number }) => number)],
  );
  return rows.map(({ jobId, number, known, ...piece }) => {
    const there = new Set(known);
    const marked = piece.rows.map((row) => ({ ...row, isKnown: there.has(row.taskId) }));
    return { key: pieceKey(jobId, number), jobId, number, rows: marked };
  });
}

function placeOf(key: string): { jobId: JobId; number: number }[] {
  const [kind, jobId = "", number] = key.split("/");
  return kind === "import" ? [{ jobId: jobId as JobId, number: Number(number) }] : [];
}

/** A piece changes once: it is emptied when its rows are tasks. */
export const deleteDonePieces = (pieces: readonly ImportPiece[]): Statement[] =>
  writing(
    "import-pieces",
    `delete from import_pieces using unnest($1::uuid[], $2::int[]) as done(job_id, number)
      where import_pieces.job_id = done.job_id and import_pieces.number = done.number`,
    pieces,
    ({ jobId }) => jobId,
    ({ number }) => number,
  );
