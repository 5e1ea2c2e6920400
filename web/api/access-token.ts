import { Problem } from "./problem.ts";
import type { Grant } from "./resources.ts";

/**
 * The access token lives in this object and nowhere else: not in storage, not in a URL. The refresh token is a cookie
 * that script cannot read. Renewal is single flight within the page, and one tab at a time across tabs (Web Locks):
 * two tabs that rotate the same refresh token at once would look like theft and revoke the whole family.
 */
class AccessToken {
  #value: string | null = null;
  #renewing: Promise<boolean> | null = null;
  #listener: (grant: Grant | null) => void = () => {};

  get value(): string | null {
    return this.#value;
  }

  /** The session is told of every new grant, and of null when the server ends the session. */
  onChange(listener: (grant: Grant | null) => void): void {
    this.#listener = listener;
  }

  accept(grant: Grant): void {
    this.#value = grant.accessToken;
    this.#listener(grant);
  }

  drop(): void {
    this.#value = null;
    this.#listener(null);
  }

  /** True: there is a new token. False: the server refused, the session is over. Throws when it cannot be known. */
  renew(): Promise<boolean> {
    this.#renewing ??= oneTabAtATime(() => this.#refresh()).finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #refresh(): Promise<boolean> {
    const response = await fetch("/api/v1/auth/refresh", { method: "POST" }).catch((cause: unknown) => {
      throw Problem.unreachable(cause);
    });
    if (response.ok) {
      this.accept((await response.json()) as Grant);
      return true;
    }
    const problem = await Problem.from(response);
    if (problem.status >= 500 || problem.status === 429) throw problem;
    this.drop();
    return false;
  }
}

function oneTabAtATime<T>(work: () => Promise<T>): Promise<T> {
  // Web Locks exist in secure contexts only; over plain http on another host each tab is on its own.
  return "locks" in navigator ? navigator.locks.request("ates.refresh", work) : work();
}

export const accessToken = new AccessToken();
