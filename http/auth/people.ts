/** What the edge reads of people to log them in: the store of `credentials`, a reader of `users`. */

import type { UserId } from "../../schemas/ids.ts";
import type { UserResource } from "../../schemas/resources.ts";
import type { Database } from "../database.ts";

const COLUMNS = "u.id, u.email, u.name, u.role, u.active, u.locale, u.notifications";

export interface Login {
  readonly user: UserResource;
  readonly passwordHash: string | undefined;
}

export async function findLogin(pool: Database, email: string): Promise<Login | undefined> {
  const { rows } = await pool.query<UserResource & { password_hash: string | null }>(
    `select ${COLUMNS}, c.password_hash
       from users u left join credentials c on c.user_id = u.id
      where u.email = $1::text`,
    [email],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const { password_hash: passwordHash, ...user } = row;
  return { user, passwordHash: passwordHash ?? undefined };
}

export async function findUser(pool: Pick<Database, "query">, id: UserId): Promise<UserResource | undefined> {
  const { rows } = await pool.query<UserResource>(`select ${COLUMNS} from users u where u.id = $1::uuid`, [
    id,
  ]);
  return rows[0];
}

/** False: it is not the one that was read any more. */
export async function replacePasswordHash(
  pool: Pick<Database, "query">,
  userId: UserId,
  before: string,
  hash: string,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update credentials set password_hash = $3, changed_at = now()
      where user_id = $1::uuid and password_hash = $2`,
    [userId, before, hash],
  );
  return rowCount === 1;
}

export async function setPasswordHash(
  pool: Pick<Database, "query">,
  userId: UserId,
  hash: string,
): Promise<void> {
  await pool.query(
    `insert into credentials (user_id, password_hash) values ($1::uuid, $2)
     on conflict (user_id) do update set password_hash = excluded.password_hash, changed_at = now()`,
    [userId, hash],
  );
}
