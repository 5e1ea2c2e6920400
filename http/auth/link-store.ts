/** The table `links`: by which a password is set, each once. */
import type { UserId, Uuid } from "../../schemas/ids.ts";
import type { Database } from "../database.ts";

export type Purpose = "invitation" | "reset";

type Queryable = Pick<Database, "query">;

const HOURS: Readonly<Record<Purpose, number>> = { invitation: 7 * 24, reset: 1 };
/** Whoever asks for more mails than this in an hour is no person who waits for one. */
const PER_HOUR_MAX = 5;

/** Answers when it ends; undefined: the person was sent enough of them lately. */
export async function insertLink(
  database: Queryable,
  id: Uuid,
  userId: UserId,
  purpose: Purpose,
): Promise<string | undefined> {
  const { rows } = await database.query<{ expiresAt: string }>(
    `insert into links (id, user_id, purpose, expires_at)
     select $1::uuid, $2::uuid, $3, now() + make_interval(hours => $4::int)
      where (select count(*) from links where user_id = $2::uuid and created_at > now() - interval '1 hour') < $5::int
     returning expires_at as "expiresAt"`,
    [id, userId, purpose, HOURS[purpose], PER_HOUR_MAX],
  );
  return rows[0]?.expiresAt;
}

/** Uses the link up, and with it all others of its person; undefined: it is unknown, used or over. */
export async function takeLink(database: Queryable, id: Uuid): Promise<UserId | undefined> {
  const { rows } = await database.query<{ user_id: UserId }>(
    `with taken as (
       update links set used_at = now() where id = $1::uuid and used_at is null and expires_at > now()
       returning id, user_id),
     others as (
       update links set used_at = now() from taken
        where links.user_id = taken.user_id and links.id <> taken.id and links.used_at is null)
     select user_id from taken`,
    [id],
  );
  return rows[0]?.user_id;
}
