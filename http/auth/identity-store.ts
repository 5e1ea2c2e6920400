/** The table `identities`: people as the identity provider names them. */
import type { UserId } from "../../schemas/ids.ts";
import type { Database } from "../database.ts";

type Queryable = Pick<Database, "query">;

export async function findIdentity(
  database: Queryable,
  issuer: string,
  subject: string,
): Promise<UserId | undefined> {
  const { rows } = await database.query<{ user_id: UserId }>(
    "select user_id from identities where issuer = $1 and subject = $2",
    [issuer, subject],
  );
  return rows[0]?.user_id;
}

/** Whether the provider knows the person by a name already; nobody adds one for them until the transaction ends. */
export async function hasIdentity(database: Queryable, issuer: string, userId: UserId): Promise<boolean> {
  await database.query("select from users where id = $1::uuid for update", [userId]);
  const { rowCount } = await database.query(
    "select from identities where issuer = $1 and user_id = $2::uuid limit 1",
    [issuer, userId],
  );
  return rowCount === 1;
}

/** False: somebody else's log-in was faster, and it is noted already. */
export async function insertIdentity(
  database: Queryable,
  issuer: string,
  subject: string,
  userId: UserId,
): Promise<boolean> {
  const { rowCount } = await database.query(
    "insert into identities (issuer, subject, user_id) values ($1, $2, $3::uuid) on conflict do nothing",
    [issuer, subject, userId],
  );
  return rowCount === 1;
}
