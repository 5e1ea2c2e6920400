/**
 * Tokens that have become wrong before their time: the person was disabled or has another role, or the session was
 * ended (AUTH-3). Every edge asks Postgres every few seconds for what changed and refuses by memory; a token lives five
 * minutes, so only changes of the last minutes matter, and those the poll cannot learn of end with their tokens.
 */

import type { Logger } from "pino";
import type { Role } from "../../schemas/envelope.ts";
import type { UserId, Uuid } from "../../schemas/ids.ts";
import type { Database } from "../database.ts";
import { ACCESS_TOKEN_TTL_S, type AccessClaims } from "./access-token.ts";

const POLL_MS = 2_000;
/** Rows become visible after the time they carry: each poll looks back this far behind the newest one seen. */
const OVERLAP_MS = 30_000;
const REMEMBER_MS = (ACCESS_TOKEN_TTL_S + 60) * 1000;

interface Person {
  readonly role: Role;
  readonly active: boolean;
  readonly changedMs: number;
}

export interface RevocationsOptions {
  readonly pool: Database;
  readonly logger: Logger;
  /** The clock that stamps `users.changed_at`. */
  readonly nowMs: () => number;
  readonly pollMs?: number;
}

export class Revocations {
  readonly #options: RevocationsOptions;
  readonly #people = new Map<UserId, Person>();
  #endedSessions: ReadonlySet<Uuid> = new Set();
  #newestMs: number;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: RevocationsOptions) {
    this.#options = options;
    this.#newestMs = options.nowMs() - REMEMBER_MS + OVERLAP_MS;
  }

  isStale(claims: Pick<AccessClaims, "sub" | "role" | "sid">): boolean {
    if (this.#endedSessions.has(claims.sid)) return true;
    const person = this.#people.get(claims.sub);
    return person !== undefined && (!person.active || person.role !== claims.role);
  }

  /** The first poll is awaited, so that an edge that has just started refuses what the others refuse. */
  async start(): Promise<void> {
    await this.poll();
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Never throws: an edge without Postgres goes on with what it knows. */
  async poll(): Promise<void> {
    try {
      for (const row of await selectChanged(this.#options.pool, this.#newestMs - OVERLAP_MS)) {
        this.#people.set(row.id, { role: row.role, active: row.active, changedMs: row.changed_ms });
        this.#newestMs = Math.max(this.#newestMs, row.changed_ms);
      }
      this.#endedSessions = new Set(await selectEndedSessions(this.#options.pool));
      this.#forgetOld();
    } catch (error) {
      this.#options.logger.warn(
        { err: error },
        "the list of changed people could not be read; the next poll tries again",
      );
    }
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      void this.poll().then(() => this.#schedule());
    }, this.#options.pollMs ?? POLL_MS);
    this.#timer.unref();
  }

  #forgetOld(): void {
    const sinceMs = this.#options.nowMs() - REMEMBER_MS;
    for (const [id, person] of this.#people) if (person.changedMs < sinceMs) this.#people.delete(id);
  }
}

async function selectChanged(
  pool: Database,
  sinceMs: number,
): Promise<{ id: UserId; role: Role; active: boolean; changed_ms: number }[]> {
  const { rows } = await pool.query({
    name: "edge-see-changed-people",
    text: `select id, role, active, (extract(epoch from changed_at) * 1000)::float8 as changed_ms
             from users where changed_at > to_timestamp($1::float8 / 1000)`,
    values: [sinceMs],
  });
  return rows;
}

async function selectEndedSessions(pool: Database): Promise<Uuid[]> {
  const { rows } = await pool.query<{ id: Uuid }>({
    name: "edge-see-ended-sessions",
    text: `select id from sessions where revoked_at > now() - make_interval(secs => $1::float8)
            union all select id from api_tokens where revoked_at > now() - make_interval(secs => $1::float8)`,
    values: [REMEMBER_MS / 1000],
  });
  return rows.map((row) => row.id);
}
