/** How many requests an edge takes of one person: by itself, since the configuration names it and loads nothing else. */
export interface RateLimit {
  readonly perSecond: number;
  /** Requests beyond the steady rate that a minute allows: a page that loads, a script that imports. */
  readonly burstPerMinute: number;
}

/** Generous: a person never meets it, a loop without a pause does. */
export const RATE_LIMIT: RateLimit = { perSecond: 50, burstPerMinute: 1_000 };
