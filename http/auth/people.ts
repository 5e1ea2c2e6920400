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

export async function findUser(pool: Database, id: UserId): Promise<UserResource | undefined> {
  const { rows } = await pool.query<UserResource>(`select ${COLUMNS} from users u where u.id = $1::uuid`, [
    id,
  ]);
  return rows[0];
}
