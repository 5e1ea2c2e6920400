/**
 * Sessions: one log-in is a family of refresh tokens, of which one is valid at a time (AUTH-3).
 *
 * 1. A refresh token is `<session id>.<secret>`; Postgres holds only the secret's hash.
 * 2. Each refresh replaces it; one that is shown again is a stolen copy, and the family is revoked. But a request that
 *    was under way when another replaced it is no reuse: the next secret is a keyed hash of the one before, so both get
 *    the same successor, and two that refresh at once go on with one family and one valid token.
 * 3. A disabled person's session ends at the next refresh, a new role takes effect with it.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { PoolClient } from "pg";
import { isUuid, newUuid, type UserId, type Uuid } from "../../schemas/ids.ts";
import type { Database } from "../database.ts";
import { inTransaction } from "../transaction.ts";

/** A session that nobody refreshed for this long is over, and every session ends some day. */
const IDLE_DAYS = 14;
const LIFE_DAYS = 90;
const AGENT_LENGTH_MAX = 300;
export const SESSION_IDLE_S = IDLE_DAYS * 86_400;

export interface Session {
  readonly id: Uuid;
  readonly userId: UserId;
  readonly refreshToken: string;
}

/** What a person recognizes it by. */
export interface Device {
  readonly agent: string | undefined;
  readonly address: string;
}

export interface OwnSession {
  readonly id: Uuid;
  readonly agent: string | null;
  readonly address: string | null;
  readonly createdAt: string;
  readonly refreshedAt: string;
  readonly expiresAt: string;
}

export type Refreshed =
  | { readonly state: "refreshed"; readonly session: Session }
  | { readonly state: "reused"; readonly userId: UserId }
  | { readonly state: "ended" };

interface SessionRow {
  readonly user_id: UserId;
  readonly token_hash: string;
  readonly previous_hash: string | null;
  /** By another, since this transaction began. */
  readonly is_refreshed_meanwhile: boolean;
}

export class Sessions {
  readonly #pool: Database;
  readonly #successorKey: Buffer;

  /** The secret must be the same on every edge: the installation's. */
  constructor(pool: Database, secret: string) {
    this.#pool = pool;
    this.#successorKey = createHmac("sha256", secret).update("refresh-token successor").digest();
  }

  async open(userId: UserId, { agent, address }: Device): Promise<Session> {
    await deleteOver(this.#pool, userId);
    const id = newUuid();
    const secret = randomBytes(32).toString("base64url");
    await this.#pool.query(
      `insert into sessions (id, user_id, token_hash, expires_at, agent, address)
       values ($1::uuid, $2::uuid, $3::text, now() + make_interval(days => $4::int), $5::text, $6::text)`,
      [id, userId, hashOf(secret), IDLE_DAYS, agent?.slice(0, AGENT_LENGTH_MAX), address],
    );
    return { id, userId, refreshToken: `${id}.${secret}` };
  }

  async refresh(refreshToken: string): Promise<Refreshed> {
    const token = parse(refreshToken);
    if (token === undefined) return { state: "ended" };
    return inTransaction(this.#pool, async (client) => {
      const row = await selectForUpdate(client, token.id);
      if (row === undefined) return { state: "ended" };
      const presented = hashOf(token.secret);
      const current = same(presented, row.token_hash);
      const racing = same(presented, row.previous_hash) && row.is_refreshed_meanwhile;
      if (!current && !racing) {
        await revoke(client, token.id);
        return { state: "reused", userId: row.user_id };
      }
      const successor = createHmac("sha256", this.#successorKey).update(token.secret).digest("base64url");
      if (current) await rotate(client, token.id, hashOf(successor));
      return {
        state: "refreshed",
        session: { id: token.id, userId: row.user_id, refreshToken: `${token.id}.${successor}` },
      };
    });
  }

  /** Whose valid token it is, by a replica: nothing is rotated, so it is for reading only, while nothing can be written. */
  async find(replica: Database, refreshToken: string): Promise<Omit<Session, "refreshToken"> | undefined> {
    const token = parse(refreshToken);
    if (token === undefined) return undefined;
    const { rows } = await replica.query<{ user_id: UserId; token_hash: string }>(
      `select user_id, token_hash from sessions
        where id = $1::uuid and revoked_at is null and expires_at > now()`,
      [token.id],
    );
    const [row] = rows;
    if (row === undefined || !same(hashOf(token.secret), row.token_hash)) return undefined;
    return { id: token.id, userId: row.user_id };
  }

  /** Ends the session that the token belongs to; anything that is no valid token of it ends nothing. */
  async close(refreshToken: string): Promise<void> {
    const token = parse(refreshToken);
    if (token === undefined) return;
    const presented = hashOf(token.secret);
    await this.#pool.query(
      `update sessions set revoked_at = now()
        where id = $1::uuid and revoked_at is null and $2::text in (token_hash, previous_hash)`,
      [token.id, presented],
    );
  }

  async revoke(id: Uuid): Promise<void> {
    await revoke(this.#pool, id);
  }

  /** Those that are not over, last seen first. */
  async list(userId: UserId): Promise<OwnSession[]> {
    const { rows } = await this.#pool.query<OwnSession>(
      `select id, agent, address, created_at as "createdAt", refreshed_at as "refreshedAt", expires_at as "expiresAt"
         from sessions where user_id = $1::uuid and revoked_at is null and expires_at > now()
        order by refreshed_at desc, id`,
      [userId],
    );
    return rows;
  }

  /** False: the person has no such session. */
  async end(userId: UserId, id: Uuid): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `update sessions set revoked_at = now()
        where id = $1::uuid and user_id = $2::uuid and revoked_at is null and expires_at > now()`,
      [id, userId],
    );
    return rowCount === 1;
  }

  /** All of the person but one, if one is named; in the caller's transaction, if one is given. */
  async endOthers(
    userId: UserId,
    kept: Uuid | undefined,
    client: Pick<Database, "query"> = this.#pool,
  ): Promise<void> {
    await client.query(
      `update sessions set revoked_at = now()
        where user_id = $1::uuid and id is distinct from $2::uuid and revoked_at is null`,
      [userId, kept],
    );
  }
}

function parse(refreshToken: string): { id: Uuid; secret: string } | undefined {
  const dot = refreshToken.indexOf(".");
  const id = refreshToken.slice(0, dot);
  const secret = refreshToken.slice(dot + 1);
  return dot > 0 && isUuid(id) && /^[A-Za-z0-9_-]{43}$/.test(secret) ? { id, secret } : undefined;
}

function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

function same(a: string, b: string | null): boolean {
  return b !== null && a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

async function selectForUpdate(client: PoolClient, id: Uuid): Promise<SessionRow | undefined> {
  const { rows } = await client.query<SessionRow>(
    `select user_id, token_hash, previous_hash, refreshed_at >= now() as is_refreshed_meanwhile
       from sessions where id = $1::uuid and revoked_at is null and expires_at > now() for update`,
    [id],
  );
  return rows[0];
}

async function rotate(client: PoolClient, id: Uuid, tokenHash: string): Promise<void> {
  await client.query(
    `update sessions
        set previous_hash = token_hash, token_hash = $2::text, refreshed_at = clock_timestamp(),
            expires_at = least(now() + make_interval(days => $3::int), created_at + make_interval(days => $4::int))
      where id = $1::uuid`,
    [id, tokenHash, IDLE_DAYS, LIFE_DAYS],
  );
}

async function revoke(client: Pick<Database, "query">, id: Uuid): Promise<void> {
  await client.query("update sessions set revoked_at = now() where id = $1::uuid and revoked_at is null", [
    id,
  ]);
}

/** Rows of sessions that are over are kept for a day, for whoever asks what happened. */
async function deleteOver(client: Pick<Database, "query">, userId: UserId): Promise<void> {
  await client.query(
    `delete from sessions
      where user_id = $1::uuid and least(expires_at, coalesce(revoked_at, expires_at)) < now() - interval '1 day'`,
    [userId],
  );
}
