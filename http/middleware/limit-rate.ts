/**
 * Requests per person, or per address before anybody is known: a steady rate and a burst beside it (EDGE-1).
 * Counted in this process alone: the limit protects the edge, it is no quota, and copies need not agree on it.
 */
import type { EdgeContext } from "../edge-context.ts";
import { HeadedRefusal } from "../problem.ts";
import { RATE_LIMIT, type RateLimit } from "../rate-limit.ts";

const BURST_WINDOW_S = 60;

export class RateLimiter {
  readonly #steady: Windows;
  readonly #burst: Windows;
  readonly #policy: string;

  constructor(limit: RateLimit = RATE_LIMIT) {
    this.#steady = new Windows(limit.perSecond, 1_000);
    this.#burst = new Windows(limit.burstPerMinute, BURST_WINDOW_S * 1_000);
    this.#policy = `"steady";q=${limit.perSecond};w=1, "burst";q=${limit.burstPerMinute};w=${BURST_WINDOW_S}`;
  }

  /** Counts the request; throws 429 when neither the steady rate nor the burst has room. */
  take({ state }: EdgeContext, key: string): void {
    const nowMs = Math.floor(performance.now()); // whole, so that a window of a second lasts no more than one
    const steady = this.#steady.take(key, nowMs);
    const burst = steady.left < 0 ? this.#burst.take(key, nowMs) : undefined;
    const isRefused = burst !== undefined && burst.left < 0;
    // Refused: the next second has room again, however long the burst's window still lasts.
    const { resetS } = isRefused ? steady : (burst ?? steady);
    const name = burst === undefined ? "steady" : "burst";
    const left = Math.max(0, (burst ?? steady).left);
    state.headers["RateLimit-Policy"] = this.#policy;
    state.headers.RateLimit = `"${name}";r=${left};t=${resetS}`;
    if (!isRefused) return;
    throw new HeadedRefusal(429, "rate_limited", `Too many requests: try again in ${resetS} s.`, {
      "Retry-After": String(resetS),
    });
  }
}

interface Window {
  readonly endsMs: number;
  taken: number;
}

/**
 * Counts by key, in windows that begin with the first request of each. By hand: a library's limiter has a timer for each
 * window and two promises for each request, 12 of a page's 250 µs.
 */
class Windows {
  readonly #max: number;
  readonly #lengthMs: number;
  readonly #byKey = new Map<string, Window>();
  #forgetsAtMs = 0;

  constructor(max: number, lengthMs: number) {
    this.#max = max;
    this.#lengthMs = lengthMs;
  }

  /** How many may still come in this window, below 0 when this one was too many, and the whole seconds it lasts. */
  take(key: string, nowMs: number): { left: number; resetS: number } {
    const known = this.#byKey.get(key);
    const window = known !== undefined && nowMs < known.endsMs ? known : this.#begin(key, nowMs);
    window.taken++;
    return {
      left: this.#max - window.taken,
      resetS: Math.max(1, Math.ceil((window.endsMs - nowMs) / 1_000)),
    };
  }

  #begin(key: string, nowMs: number): Window {
    this.#forget(nowMs);
    const window = { endsMs: nowMs + this.#lengthMs, taken: 0 };
    this.#byKey.set(key, window);
    return window;
  }

  /** Windows that have ended, once in the length of one: each is looked at about twice. */
  #forget(nowMs: number): void {
    if (nowMs < this.#forgetsAtMs) return;
    for (const [key, { endsMs }] of this.#byKey) if (endsMs <= nowMs) this.#byKey.delete(key);
    this.#forgetsAtMs = nowMs + this.#lengthMs;
  }
}
