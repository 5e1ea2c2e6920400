/** The tables `passkeys` and `challenges`: public keys of people's authenticators, and what they are asked to sign. */
import type { UserId } from "../../schemas/ids.ts";
import type { Database } from "../database.ts";

export interface Passkey {
  /** The credential's own id, base64url. */
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
}

export interface StoredPasskey {
  readonly userId: UserId;
  readonly publicKey: Buffer;
  readonly counter: number;
  readonly transports: readonly string[];
}

type Queryable = Pick<Database, "query">;

const COLUMNS = `id, name, created_at as "createdAt", last_used_at as "lastUsedAt"`;

export async function listPasskeys(
  database: Queryable,
  userId: UserId,
): Promise<(Passkey & { readonly transports: string[] })[]> {
  const { rows } = await database.query(
    `select ${COLUMNS}, transports from passkeys where user_id = $1::uuid order by created_at, id`,
    [userId],
  );
  return rows;
}

/** Undefined: the credential is somebody's already. */
export async function insertPasskey(
  database: Queryable,
  { id, name, userId, publicKey, counter, transports }: StoredPasskey & Pick<Passkey, "id" | "name">,
): Promise<Passkey | undefined> {
  const { rows } = await database.query<Passkey>(
    `insert into passkeys (id, user_id, name, public_key, counter, transports)
     values ($1, $2::uuid, $3, $4, $5::bigint, $6::text[]) on conflict (id) do nothing returning ${COLUMNS}`,
    [id, userId, name, publicKey, counter, transports],
  );
  return rows[0];
}

/** Answers its name, or undefined when the person has no such passkey. */
export async function deletePasskey(
  database: Queryable,
  userId: UserId,
  id: string,
): Promise<string | undefined> {
  const { rows } = await database.query<{ name: string }>(
    "delete from passkeys where id = $1 and user_id = $2::uuid returning name",
    [id, userId],
  );
  return rows[0]?.name;
}

export async function findPasskey(database: Queryable, id: string): Promise<StoredPasskey | undefined> {
  const { rows } = await database.query<StoredPasskey>(
    `select user_id as "userId", public_key as "publicKey", counter, transports from passkeys where id = $1`,
    [id],
  );
  return rows[0];
}

/** False: a copy of the authenticator was faster, which its counter tells; one that does not count says 0 always. */
export async function countUp(database: Queryable, id: string, counter: number): Promise<boolean> {
  const { rowCount } = await database.query(
    `update passkeys set counter = $2::bigint, last_used_at = now()
      where id = $1 and (counter < $2::bigint or (counter = 0 and $2::bigint = 0))`,
    [id, counter],
  );
  return rowCount === 1;
}

const CHALLENGE_LIFE_S = 300;

/** `userId`: who registers an authenticator; undefined for a log-in. Those that nobody answered go with the next. */
export async function insertChallenge(
  database: Queryable,
  challenge: string,
  userId: UserId | undefined,
): Promise<void> {
  await database.query(
    `with gone as (delete from challenges where expires_at < now())
     insert into challenges (challenge, user_id, expires_at)
     values ($1, $2::uuid, now() + make_interval(secs => $3))`,
    [challenge, userId, CHALLENGE_LIFE_S],
  );
}

/** Each is answered once. */
export async function takeChallenge(
  database: Queryable,
  challenge: string,
  userId: UserId | undefined,
): Promise<boolean> {
  const { rowCount } = await database.query(
    `delete from challenges
      where challenge = $1 and user_id is not distinct from $2::uuid and expires_at > now()`,
    [challenge, userId],
  );
  return rowCount === 1;
}
