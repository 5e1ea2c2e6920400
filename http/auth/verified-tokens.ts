/**
 * Tokens that were verified a moment ago, known by their bytes.
 *
 * 1. A token is known for as long as a verification would say the same: until it expires, and until a key has come or
 *    gone. What is asked of Postgres' memory (http/auth/revocations.ts) is not kept here.
 * 2. Memory is bounded: the oldest are forgotten, which costs a verification.
 */
import type { AccessClaims } from "./access-token.ts";

/** Some 1 KiB each. */
const TOKENS_MAX = 10_000;

export class VerifiedTokens {
  readonly #claims = new Map<string, AccessClaims>();
  readonly #max: number;
  #generation = 0;

  constructor(max: number = TOKENS_MAX) {
    this.#max = max;
  }

  /** `generation` is that of the keys that verify now. */
  find(token: string, generation: number, nowS: number): AccessClaims | undefined {
    if (generation !== this.#generation) {
      this.#claims.clear();
      this.#generation = generation;
    }
    const claims = this.#claims.get(token);
    if (claims === undefined || nowS < claims.exp) return claims;
    this.#claims.delete(token);
    return undefined;
  }

  /** `generation` is that of the keys when the verification began. */
  keep(token: string, claims: AccessClaims, generation: number): void {
    if (generation !== this.#generation) return;
    if (this.#claims.size >= this.#max) this.#forgetOldest();
    this.#claims.set(token, claims);
  }

  #forgetOldest(): void {
    for (const [oldest] of this.#claims) {
      this.#claims.delete(oldest);
      return;
    }
  }
}
