/**
 * Requests per person, or per address before anybody is known: a steady rate and a burst beside it (EDGE-1).
 * Counted in this process alone: the limit protects the edge, it is no quota, and copies need not agree on it.
 */
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { EdgeContext } from "../edge-context.ts";
import { HeadedRefusal } from "../problem.ts";
import { RATE_LIMIT, type RateLimit } from "../rate-limit.ts";

const BURST_WINDOW_S = 60;

export class RateLimiter {
  readonly #steady: RateLimiterMemory;
  readonly #burst: RateLimiterMemory;
  readonly #policy: string;

  constructor(limit: RateLimit = RATE_LIMIT) {
    this.#steady = new RateLimiterMemory({ points: limit.perSecond, duration: 1 });
    this.#burst = new RateLimiterMemory({ points: limit.burstPerMinute, duration: BURST_WINDOW_S });
    this.#policy = `"steady";q=${limit.perSecond};w=1, "burst";q=${limit.burstPerMinute};w=${BURST_WINDOW_S}`;
  }

  /** Counts the request; throws 429 when neither the steady rate nor the burst has room. */
  async take(ctx: EdgeContext, key: string): Promise<void> {
    const { name, left, resetS, refused } = await this.#take(key);
    const fields = { "RateLimit-Policy": this.#policy, RateLimit: `"${name}";r=${left};t=${resetS}` };
    Object.assign(ctx.state.headers, fields);
    if (!refused) return;
    throw new HeadedRefusal(429, "rate_limited", `Too many requests: try again in ${resetS} s.`, {
      ...fields,
      "Retry-After": String(resetS),
    });
  }

  async #take(key: string): Promise<{ name: string; left: number; resetS: number; refused: boolean }> {
    const steady = await consume(this.#steady, key);
    if (!steady.refused) return { name: "steady", ...steady };
    const burst = await consume(this.#burst, key);
    // Refused: the next second has room again, however long the burst's window still lasts.
    return burst.refused ? { name: "burst", ...burst, resetS: steady.resetS } : { name: "burst", ...burst };
  }
}

async function consume(
  limiter: RateLimiterMemory,
  key: string,
): Promise<{ left: number; resetS: number; refused: boolean }> {
  try {
    return { ...shown(await limiter.consume(key)), refused: false };
  } catch (rejection) {
    if (rejection instanceof RateLimiterRes) return { ...shown(rejection), refused: true };
    throw rejection;
  }
}

function shown(result: RateLimiterRes): { left: number; resetS: number } {
  return { left: result.remainingPoints, resetS: Math.max(1, Math.ceil(result.msBeforeNext / 1000)) };
}
