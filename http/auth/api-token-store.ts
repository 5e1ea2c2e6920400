/** The table `api_tokens`: tokens of programs, by hash. */
import type { Role } from "../../schemas/envelope.ts";
import type { UserId, Uuid } from "../../schemas/ids.ts";
import type { Database } from "../database.ts";
import type { Scope } from "./scopes.ts";

export interface ApiToken {
  readonly id: Uuid;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: string;
  readonly expiresAt: string;
  /** To the minute. */
  readonly lastUsedAt: string | null;
}

type Queryable = Pick<Database, "query">;

const COLUMNS = `id, name, scopes, created_at as "createdAt", expires_at as "expiresAt", last_used_at as "lastUsedAt"`;

/** Those that are good, newest first. */
export async function listApiTokens(database: Queryable, userId: UserId): Promise<ApiToken[]> {
  const { rows } = await database.query<ApiToken>(
    `select ${COLUMNS} from api_tokens
      where user_id = $1::uuid and revoked_at is null and expires_at > now() order by created_at desc, id`,
    [userId],
  );
  return rows;
}

export interface NewApiToken {
  readonly id: Uuid;
  readonly userId: UserId;
  readonly name: string;
  readonly hash: string;
  readonly scopes: readonly Scope[];
  readonly days: number;
}

/** Undefined: there is one of this id already. */
export async function insertApiToken(database: Queryable, token: NewApiToken): Promise<ApiToken | undefined> {
  const { id, userId, name, hash, scopes, days } = token;
  const { rows } = await database.query<ApiToken>(
    `insert into api_tokens (id, user_id, name, token_hash, scopes, expires_at)
     values ($1::uuid, $2::uuid, $3, $4, $5::text[], now() + make_interval(days => $6::int))
     on conflict (id) do nothing returning ${COLUMNS}`,
    [id, userId, name, hash, scopes, days],
  );
  return rows[0];
}

/** Answers its name, or undefined when the person has no such token that is good. */
export async function revokeApiToken(
  database: Queryable,
  userId: UserId,
  id: Uuid,
): Promise<string | undefined> {
  const { rows } = await database.query<{ name: string }>(
    `update api_tokens set revoked_at = now()
      where id = $1::uuid and user_id = $2::uuid and revoked_at is null and expires_at > now() returning name`,
    [id, userId],
  );
  return rows[0]?.name;
}

export interface UsedApiToken {
  readonly userId: UserId;
  readonly role: Role;
  readonly scopes: readonly Scope[];
  readonly createdMs: number;
  readonly expiresMs: number;
}

const GOOD = `
  select t.*, u.role from api_tokens t join users u on u.id = t.user_id and u.active
   where t.id = $1::uuid and t.token_hash = $2 and t.revoked_at is null`;
const USED = `
  select user_id as "userId", role, scopes, (extract(epoch from created_at) * 1000)::float8 as "createdMs",
         (extract(epoch from expires_at) * 1000)::float8 as "expiresMs" from good`;

/** The same without a note that it was used: of a replica nothing else can be asked. */
export async function findApiToken(
  replica: Queryable,
  id: Uuid,
  hash: string,
): Promise<UsedApiToken | undefined> {
  const { rows } = await replica.query<UsedApiToken>(`with good as (${GOOD}) ${USED}`, [id, hash]);
  return rows[0];
}

/** The token with its person as they are now; nothing when it is unknown or revoked, or its person disabled. */
export async function useApiToken(
  database: Queryable,
  id: Uuid,
  hash: string,
): Promise<UsedApiToken | undefined> {
  const { rows } = await database.query<UsedApiToken>(
    `with good as (${GOOD}),
     used as (
       update api_tokens t set last_used_at = now() from good
        where t.id = good.id and coalesce(t.last_used_at, '-infinity') < now() - interval '1 minute')
     ${USED}`,
    [id, hash],
  );
  return rows[0];
}
