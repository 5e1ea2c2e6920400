/**
 * Tokens of programs (AUTH-3): `ates_<id>_<secret>`, shown once, kept as a hash.
 *
 * 1. The role is the person's of now, not of the day the token was made.
 * 2. A token is looked up in Postgres and known for a few seconds: so long may it live on after it was revoked, its
 *    person disabled, or given another role.
 */
import { createHash, randomBytes } from "node:crypto";
import type { UserId, Uuid } from "../../schemas/ids.ts";
import { type Actor, recordDeed } from "../audit-log.ts";
import type { Database } from "../database.ts";
import { Refusal } from "../refusal.ts";
import { inTransaction } from "../transaction.ts";
import { isUnavailable } from "../unavailable.ts";
import type { AccessClaims } from "./access-token.ts";
import {
  type ApiToken,
  findApiToken,
  insertApiToken,
  listApiTokens,
  revokeApiToken,
  type UsedApiToken,
  useApiToken,
} from "./api-token-store.ts";
import type { Scope } from "./scopes.ts";

const KNOWN_FOR_MS = 2_000;
const KNOWN_MAX = 1_000;
/** Of one person. Two that are made at the same moment may pass it by one. */
export const API_TOKENS_MAX = 50;

const FORM = /^ates_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

export interface TokenWish {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresInDays: number;
}

export interface TokenOrder extends TokenWish {
  /** Of the request, so that a repeat makes no second one. */
  readonly id: Uuid;
}

interface Known {
  readonly claims: AccessClaims;
  readonly untilMs: number;
}

export class ApiTokens {
  readonly #database: Database;
  readonly #nowMs: () => number;
  readonly #replica: Database | undefined;
  readonly #known = new Map<string, Known>();

  /** `replica`: asked while the database is away, for those who read (EDGE-3). */
  constructor(database: Database, nowMs: () => number, replica?: Database) {
    this.#database = database;
    this.#nowMs = nowMs;
    this.#replica = replica;
  }

  list(userId: UserId): Promise<ApiToken[]> {
    return listApiTokens(this.#database, userId);
  }

  /** The answer is the only place where the token ever stands. */
  async issue(
    userId: UserId,
    wish: TokenOrder,
    actor: Actor,
  ): Promise<ApiToken & { readonly token: string }> {
    if ((await this.list(userId)).length >= API_TOKENS_MAX)
      throw new Refusal(
        409,
        "too_many_tokens",
        `Expected at most ${API_TOKENS_MAX} tokens; revoke one first.`,
      );
    const secret = randomBytes(32).toString("base64url");
    const { id, name, scopes, expiresInDays: days } = wish;
    const made = await inTransaction(this.#database, async (client) => {
      const token = await insertApiToken(client, { id, userId, name, hash: hashOf(secret), scopes, days });
      if (token === undefined)
        throw new Refusal(
          409,
          "token_made",
          "This request has made its token already, which is shown once only.",
        );
      const { expiresAt } = token;
      const detail = { name, scopes, expiresAt };
      await recordDeed(client, actor, { action: "api-token.create", subject: `api-token/${id}`, detail });
      return token;
    });
    return { ...made, token: `ates_${id.replaceAll("-", "")}_${secret}` };
  }

  /** False: the person has no such token. */
  async revoke(userId: UserId, id: Uuid, actor: Actor): Promise<boolean> {
    return inTransaction(this.#database, async (client) => {
      const name = await revokeApiToken(client, userId, id);
      if (name === undefined) return false;
      const deed = { action: "api-token.revoke", subject: `api-token/${id}`, detail: { name } };
      await recordDeed(client, actor, deed);
      return true;
    });
  }

  /** The claims of what an Authorization header holds when it is a token of ours and good; 401 when it is not. */
  async claimsOf(token: string): Promise<AccessClaims> {
    const nowMs = this.#nowMs();
    const known = this.#known.get(token);
    const claims =
      known !== undefined && nowMs < known.untilMs ? known.claims : await this.#lookUp(token, nowMs);
    if (nowMs < claims.exp * 1000) return claims;
    throw new Refusal(401, "token_expired", "The token has expired: its person makes another.");
  }

  async #lookUp(token: string, nowMs: number): Promise<AccessClaims> {
    this.#known.delete(token);
    const [, a, b, c, d, e, secret = ""] = FORM.exec(token) ?? [];
    const id = [a, b, c, d, e].join("-") as Uuid;
    const found = secret === "" ? undefined : await this.#find(id, hashOf(secret));
    if (found === undefined)
      throw new Refusal(401, "token_invalid", "The token is unknown or revoked, or its person is disabled.");
    const { userId: sub, role, scopes, createdMs, expiresMs } = found;
    const claims = { sub, role, sid: id, scopes, iat: seconds(createdMs), exp: seconds(expiresMs) };
    this.#keep(token, { claims, untilMs: nowMs + KNOWN_FOR_MS });
    return claims;
  }

  async #find(id: Uuid, hash: string): Promise<UsedApiToken | undefined> {
    try {
      return await useApiToken(this.#database, id, hash);
    } catch (error) {
      if (this.#replica === undefined || !isUnavailable(error)) throw error;
      return findApiToken(this.#replica, id, hash);
    }
  }

  #keep(token: string, known: Known): void {
    if (this.#known.size >= KNOWN_MAX) this.#known.clear(); // costs a look-up each
    this.#known.set(token, known);
  }
}

function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
