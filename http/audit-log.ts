/**
 * The audit log: what operators did, by whom, to what and why; SQL of the table `audit_log`. Rows are only ever added,
 * each in the transaction of what it tells of.
 */
import type { UserId } from "../schemas/ids.ts";
import type { Database } from "./database.ts";
import { decodeCursor } from "./queries/cursor.ts";
import { cutPage, type PageRequest, pageSize } from "./queries/page.ts";
import type { Page } from "./route.ts";

/** Who acts, and in which trace: a person by his token, or whoever may start processes on the machine. */
export interface Actor {
  readonly who: UserId | "command line";
  readonly traceId: string;
}

export interface Deed {
  /** What was done, as in `dead-letter.replay`. */
  readonly action: string;
  /** To what, as in `dead-letter/<id>`. */
  readonly subject: string;
  readonly reason?: string | undefined;
  readonly detail: object;
}

export interface AuditItem {
  readonly id: number;
  readonly at: string;
  /** `id` is null for the command line. */
  readonly by: { readonly id: UserId | null; readonly name: string };
  readonly action: string;
  readonly subject: string;
  readonly reason: string | null;
  readonly detail: unknown;
  readonly traceId: string | null;
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

const COLUMNS = `id, at, by_id as "byId", by_name as "byName", action, subject, reason, detail, trace_id as "traceId"`;
const LIST = "audit";

/** Newest first. */
export async function listDeeds(database: Queryable, request: PageRequest): Promise<Page<AuditItem>> {
  const [before] = request.cursor === undefined ? [null] : decodeCursor(LIST, request.cursor, ["int8"]);
  const { rows } = await database.query<AuditRow>(
    `select ${COLUMNS} from audit_log where $1::bigint is null or id < $1 order by id desc limit $2`,
    [before, pageSize(request) + 1],
  );
  return cutPage(rows, pageSize(request), LIST, ({ id }) => [id], itemOf);
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
  const { id, at, action, subject, reason, detail, traceId } = row;
  return { id, at, by: { id: byId, name: byName }, action, subject, reason, detail, traceId };
}
