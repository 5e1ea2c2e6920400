/**
 * Saved views: a person's own names for choices of tasks; SQL of the table `saved_views`. Nothing else depends on them,
 * so no actor decides about them: the edge writes them as it writes its sessions.
 */
import { DatabaseError } from "pg";
import type { UserId, Uuid } from "../schemas/ids.ts";
import type { Database } from "./database.ts";

/** Of one person. Two edges that create at the same moment may pass it by one. */
export const VIEWS_MAX = 50;
export const VIEW_LAYOUTS = ["board", "list"] as const;

export interface SavedView {
  readonly id: Uuid;
  readonly name: string;
  /** Filters and sort, as the query of the task list has them. */
  readonly query: Readonly<Record<string, unknown>>;
  readonly layout: (typeof VIEW_LAYOUTS)[number];
  readonly createdAt: string;
  readonly changedAt: string;
}

export type ViewWords = Pick<SavedView, "name" | "query" | "layout">;

export interface NewView {
  readonly id: Uuid;
  readonly ownerId: UserId;
  readonly words: ViewWords;
  readonly fingerprint: string;
}

export type Saved =
  | { readonly state: "saved" | "exists"; readonly view: SavedView }
  | { readonly state: "exists-with-different-fingerprint" | "name-taken" | "too-many" | "unknown" };

const COLUMNS = `id, name, query, layout, created_at as "createdAt", changed_at as "changedAt"`;
const UNIQUE_VIOLATION = "23505";

export async function listViews(database: Database, ownerId: UserId): Promise<SavedView[]> {
  const { rows } = await database.query<SavedView>(
    `select ${COLUMNS} from saved_views where owner_id = $1::uuid order by name, id`,
    [ownerId],
  );
  return rows;
}

export async function createView(database: Database, view: NewView): Promise<Saved> {
  const { id, ownerId, words, fingerprint } = view;
  const { name, query, layout } = words;
  return unlessNameTaken(
    async () => {
      const { rows } = await database.query<SavedView>(
        `insert into saved_views (id, owner_id, name, query, layout, fingerprint)
       select $1::uuid, $2::uuid, $3::text, $4::jsonb, $5::text, $6::text
        where (select count(*) from saved_views where owner_id = $2::uuid) < $7::int
       on conflict (id) do nothing returning ${COLUMNS}`,
        [id, ownerId, name, JSON.stringify(query), layout, fingerprint, VIEWS_MAX],
      );
      if (rows[0] !== undefined) return { state: "saved", view: rows[0] };
      return (await createdBefore(database, view)) ?? { state: "too-many" };
    },
    () => createdBefore(database, view),
  );
}

/** The same request came before: its name is taken by itself. */
async function createdBefore(database: Database, { id, fingerprint }: NewView): Promise<Saved | undefined> {
  const { rows } = await database.query<SavedView & { readonly fingerprint: string }>(
    `select ${COLUMNS}, fingerprint from saved_views where id = $1::uuid`,
    [id],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const { fingerprint: first, ...view } = row;
  return first === fingerprint ? { state: "exists", view } : { state: "exists-with-different-fingerprint" };
}

/** What is not said stays as it is. */
export async function changeView(
  database: Database,
  id: Uuid,
  ownerId: UserId,
  { name, query, layout }: Partial<ViewWords>,
): Promise<Saved> {
  return unlessNameTaken(async () => {
    const { rows } = await database.query<SavedView>(
      `update saved_views
          set name = coalesce($3::text, name), query = coalesce($4::jsonb, query),
              layout = coalesce($5::text, layout), changed_at = now()
        where id = $1::uuid and owner_id = $2::uuid returning ${COLUMNS}`,
      [id, ownerId, name, query === undefined ? undefined : JSON.stringify(query), layout],
    );
    return rows[0] === undefined ? { state: "unknown" } : { state: "saved", view: rows[0] };
  });
}

/** Whether there was one. */
export async function deleteView(database: Database, id: Uuid, ownerId: UserId): Promise<boolean> {
  const { rowCount } = await database.query(
    "delete from saved_views where id = $1::uuid and owner_id = $2::uuid",
    [id, ownerId],
  );
  return rowCount === 1;
}

async function unlessNameTaken(
  write: () => Promise<Saved>,
  otherwise: () => Promise<Saved | undefined> = async () => undefined,
): Promise<Saved> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== UNIQUE_VIOLATION) throw error;
    return (await otherwise()) ?? { state: "name-taken" };
  }
}
