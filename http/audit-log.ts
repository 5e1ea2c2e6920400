/**
 * The audit log: what privileged people did, to what and why. Rows are only ever added, each in the transaction of what
 * it tells of, and form a chain of hashes (migration 0017).
 *
 * 1. Commands write theirs in the commit that accepts them (schemas/deeds.ts, actors/runtime/deed-store.ts).
 * 2. What the edge does itself calls `recordDeed`, as the last statement of its transaction: whoever adds a row waits for
 *    the one who was before, and must hold nothing that the other waits for.
 */
import type { Deed } from "../schemas/deeds.ts";
import type { UserId } from "../schemas/ids.ts";
import type { Database } from "./database.ts";
import type { CsvLine } from "./queries/csv.ts";
import { decodeCursor } from "./queries/cursor.ts";
import { cutPage, type PageRequest, pageSize } from "./queries/page.ts";
import type { Page } from "./route.ts";

/** Who acts, and in which trace: a person by his token, or whoever may start processes on the machine. */
export interface Actor {
  readonly who: UserId | "command line";
  readonly traceId: string;
}

export interface AuditItem {
  readonly id: number;
  readonly at: string;
  /** `id` is null for the command line and for the system itself. */
  readonly by: { readonly id: UserId | null; readonly name: string };
  readonly action: string;
  readonly subject: string;
  readonly reason: string | null;
  readonly detail: unknown;
  readonly traceId: string | null;
  /** Of this row and the one before. */
  readonly hash: string;
}

type Queryable = Pick<Database, "query">;

export async function recordDeed(database: Queryable, { who, traceId }: Actor, deed: Deed): Promise<void> {
  const { action, subject, reason, detail } = deed;
  const byId = who === "command line" ? null : who;
  await database.query(
    `insert into audit_log (by_id, by_name, action, subject, reason, detail, trace_id)
     select $1::uuid, coalesce((select name from users where id = $1::uuid), $2::text), $3, $4, $5, $6::jsonb, $7`,
    [byId, who, action, subject, reason ?? null, JSON.stringify(detail), traceId],
  );
}

interface AuditRow extends Omit<AuditItem, "by"> {
  readonly byId: UserId | null;
  readonly byName: string;
}

const COLUMNS = `id, at, by_id as "byId", by_name as "byName", action, subject, reason, detail, trace_id as "traceId", hash`;
const LIST = "audit";
const CSV_PAGE = 500;

/** Newest first. */
export async function listDeeds(database: Queryable, request: PageRequest): Promise<Page<AuditItem>> {
  const [before] = request.cursor === undefined ? [null] : decodeCursor(LIST, request.cursor, ["int8"]);
  const { rows } = await database.query<AuditRow>(
    `select ${COLUMNS} from audit_log where $1::bigint is null or id < $1 order by id desc limit $2`,
    [before, pageSize(request) + 1],
  );
  return cutPage(rows, pageSize(request), LIST, ({ id }) => [id], itemOf);
}

export const DEED_HEADER = [
  "id",
  "at",
  "by",
  "byId",
  "action",
  "subject",
  "reason",
  "detail",
  "traceId",
  "hash",
];

/** The whole log as lines of CSV, oldest first, in pages: with the hashes, so that a copy kept elsewhere bears witness. */
export async function* deedLines(database: Queryable): AsyncGenerator<CsvLine[]> {
  let after = 0;
  for (;;) {
    const { rows } = await database.query<AuditRow>(
      `select ${COLUMNS} from audit_log where id > $1::bigint order by id limit $2`,
      [after, CSV_PAGE],
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(lineOf);
    after = last.id;
  }
}

function lineOf({ id, at, byName, byId, action, subject, reason, detail, traceId, hash }: AuditRow): CsvLine {
  return [id, at, byName, byId, action, subject, reason, JSON.stringify(detail), traceId, hash];
}

/** The newest of one action. */
export async function findLastDeed(database: Queryable, action: string): Promise<AuditItem | undefined> {
  const { rows } = await database.query<AuditRow>(
    `select ${COLUMNS} from audit_log where action = $1 order by id desc limit 1`,
    [action],
  );
  return rows[0] === undefined ? undefined : itemOf(rows[0]);
}

function itemOf({ byId, byName, ...row }: AuditRow): AuditItem {
  const { id, at, action, subject, reason, detail, traceId, hash } = row;
  return { id, at, by: { id: byId, name: byName }, action, subject, reason, detail, traceId, hash };
}
