/**
 * Who is subscribed by webhook: receivers that take what comes, stumble, answer late, are away for a while, or are gone
 * for good (410). What one is, is in its name; what is away is mended when the faults end, what is gone is not.
 */
import type { WebhookDeliverV1 } from "../../schemas/generated/messages.ts";
import type { Random } from "./random.ts";

export const CHARACTERS = ["well", "well", "flaky", "moody", "gone"] as const;

const FLAKY_SHARE = 0.3;
/** A moody one is away, or there, for so long. */
const MOOD_MS = 6_000;

export class Receivers {
  readonly #random: Random;
  readonly #nowMs: () => number;
  areMended = false;

  constructor(random: Random, nowMs: () => number) {
    this.#random = random;
    this.#nowMs = nowMs;
  }

  /** The status with which it answers. */
  take({ url }: WebhookDeliverV1): number {
    if (isHopeless(url)) return 410;
    if (this.areMended) return 204;
    if (url.includes("//flaky") && this.#random.chance(FLAKY_SHARE)) return 500;
    if (url.includes("//moody") && Math.floor(this.#nowMs() / MOOD_MS) % 2 === 0) return 503;
    return 204;
  }
}

export function isHopeless(url: string): boolean {
  return url.includes("//gone");
}
