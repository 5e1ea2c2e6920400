/** The context of one decision: derived ids and keyed draws, so that a redelivered message decides the same (G7). */
import { hash } from "node:crypto";
import type { Company, PriceRange } from "../../schemas/company.ts";
import type { Envelope } from "../../schemas/envelope.ts";
import { derivedUuid } from "../../schemas/ids.ts";
import { type Minor, minor } from "../../schemas/money.ts";
import type { Context } from "./actor.ts";

export interface Moment {
  readonly nowMs: number;
  readonly company: Company;
  readonly partition: number;
  readonly kind: string;
  /** Absent where nothing is ever parked. */
  readonly parking?: { readonly actors: readonly string[] };
}

export function contextOf(
  message: Pick<Envelope, "id" | "time">,
  traceId: string,
  moment: Moment,
  wasParked = false,
): Context {
  const { nowMs, company, partition, kind, parking } = moment;
  const causedAtMs = Date.parse(message.time);
  return {
    nowMs,
    now: textOf(nowMs),
    company,
    partition,
    traceId,
    wasParked,
    parkedActors: () => parking?.actors ?? [],
    id: (word) => derivedUuid(causedAtMs, company.secret, kind, message.id, word),
    draw: (range, ...words) => draw(company.secret, range, words),
    pick: (count, ...words) => uniform(company.secret, count, words),
  };
}

let latest = { ms: 0, text: new Date(0).toISOString() };

/** All messages of a batch are decided at one moment: it is written once. */
function textOf(ms: number): string {
  if (latest.ms !== ms) latest = { ms, text: new Date(ms).toISOString() };
  return latest.text;
}

function draw(secret: string, range: PriceRange, words: readonly string[]): Minor {
  const steps = Math.floor((range.toMinor - range.fromMinor) / range.stepMinor) + 1;
  return minor(range.fromMinor + range.stepMinor * uniform(secret, steps, words));
}

const TWO_48 = 2 ** 48;

/** Uniform over 0..count-1: 48 bits of a keyed hash, drawn again in the last incomplete run, so without bias. */
export function uniform(secret: string, count: number, words: readonly string[]): number {
  if (!(Number.isSafeInteger(count) && count >= 1 && count <= TWO_48)) {
    throw new RangeError(`expected a count of 1..2^48 to draw from, got ${count}`);
  }
  const fair = TWO_48 - (TWO_48 % count);
  for (let attempt = 0; ; attempt++) {
    const digest = hash("sha256", [secret, attempt, ...words].join("\u0000"), "hex");
    const drawn = Number.parseInt(digest.slice(0, 12), 16);
    if (drawn < fair) return drawn % count;
  }
}
