/**
 * Imports before the board has them (TT-12): SQL of the tables imports, import_pieces and import_rejects. The edge keeps
 * what it has read of a file here, whole or not at all, and only then asks the board for it: pieces are read by the
 * board's own store, rejected rows by whoever began the import.
 */
import type { PoolClient } from "pg";
import type { JobId, TaskId, UserId } from "../../schemas/ids.ts";
import type { ImportRow } from "../../schemas/imported-task.ts";
import type { RowError } from "../../schemas/resources.ts";
import type { Database } from "../database.ts";
import { inTransaction } from "../transaction.ts";

export interface RejectedRow {
  readonly row: number;
  readonly errors: readonly RowError[];
  readonly cells: readonly string[];
}

export interface NewImport {
  readonly jobId: JobId;
  readonly creatorId: UserId;
  readonly fingerprint: string;
  readonly columns: readonly string[];
  readonly pieces: readonly (readonly ImportRow[])[];
  readonly rejects: readonly RejectedRow[];
}

export type KeptImport = "kept" | "exists" | "exists-with-different-fingerprint";

/** What is left of an import is kept for so long; its tasks and its job are no part of it. */
const KEPT_DAYS = 30;
/** Rows of these tables in one statement: some MiB. */
const WRITTEN_AT_ONCE = 20;

export async function keepImport(database: Database, given: NewImport): Promise<KeptImport> {
  return inTransaction(database, async (client) => {
    await client.query("delete from imports where created_at < now() - $1::int * interval '1 day'", [
      KEPT_DAYS,
    ]);
    const { jobId, creatorId, fingerprint, columns } = given;
    const { rowCount } = await client.query(
      `insert into imports (job_id, creator_id, fingerprint, columns)
       values ($1::uuid, $2::uuid, $3::text, $4::jsonb) on conflict (job_id) do nothing`,
      [jobId, creatorId, fingerprint, JSON.stringify(columns)],
    );
    if (rowCount === 0) return keptBefore(client, given);
    await insertPieces(client, given);
    await insertRejects(client, given);
    return "kept";
  });
}

async function keptBefore(client: PoolClient, { jobId, fingerprint }: NewImport): Promise<KeptImport> {
  const { rows } = await client.query<{ fingerprint: string }>(
    "select fingerprint from imports where job_id = $1::uuid",
    [jobId],
  );
  return rows[0]?.fingerprint === fingerprint ? "exists" : "exists-with-different-fingerprint";
}

async function insertPieces(client: PoolClient, { jobId, pieces }: NewImport): Promise<void> {
  for (let at = 0; at < pieces.length; at += WRITTEN_AT_ONCE) {
    const some = pieces.slice(at, at + WRITTEN_AT_ONCE);
    await client.query(
      `insert into import_pieces (job_id, number, rows)
       select $1::uuid, number, rows from unnest($2::int[], $3::jsonb[]) as piece(number, rows)`,
      [jobId, some.map((_, index) => at + index + 1), some.map((piece) => JSON.stringify(piece))],
    );
  }
}

async function insertRejects(client: PoolClient, { jobId, rejects }: NewImport): Promise<void> {
  for (let at = 0; at < rejects.length; at += WRITTEN_AT_ONCE * 10) {
    const some = rejects.slice(at, at + WRITTEN_AT_ONCE * 10);
    await client.query(
      `insert into import_rejects (job_id, row, errors, cells)
       select $1::uuid, row, errors, cells
         from unnest($2::int[], $3::jsonb[], $4::jsonb[]) as reject(row, errors, cells)`,
      [
        jobId,
        some.map(({ row }) => row),
        some.map(({ errors }) => JSON.stringify(errors)),
        some.map(({ cells }) => JSON.stringify(cells.map(storable))),
      ],
    );
  }
}

/** The rows whose task is on the board, by the rule that the board goes by too. */
export async function knownTasks(database: Database, rows: readonly ImportRow[]): Promise<Set<TaskId>> {
  const { rows: known } = await database.query<{ id: TaskId }>(
    `select id from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as asked(id, jira_id, title, description)
      where is_on_board(id, jira_id, title, description)`,
    [
      rows.map(({ taskId }) => taskId),
      rows.map(({ jiraId }) => jiraId ?? null),
      rows.map(({ title }) => title),
      rows.map(({ description }) => description ?? null),
    ],
  );
  return new Set(known.map(({ id }) => id));
}

/** As Postgres can keep it. */
function storable(text: string): string {
  return text.replaceAll("\u0000", "\uFFFD");
}
