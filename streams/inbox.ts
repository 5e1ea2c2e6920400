/**
 * The inbox: one mark per channel, the last number applied (G5). `mark + 1` is applied, `≤ mark` dropped, `> mark + 1`
 * means that something before it is missing: it is dropped too, and comes again with the resend from `mark + 1`.
 */
import type { TopicPartition } from "./topology.ts";

export type Marks = Record<string, number>;

export type Verdict = "apply" | "duplicate" | "gap";

export function inboxKey(from: TopicPartition, source: string): string {
  return `${from.topic}/${from.partition}<${source}`;
}

const SOURCE = /^\/ates\/[a-z]+(?:-[a-z]+)*\/\d{1,4}$/;
const SEQUENCE = /^[1-9]\d{0,15}$/;

/**
 * The number that a message claims in its channel, or undefined when what it says is no number or no actor's partition:
 * such a message has no channel, and must not move a mark.
 */
export function claimedNumber(source: unknown, sequence: unknown): number | undefined {
  if (typeof source !== "string" || typeof sequence !== "string") return undefined;
  if (!SOURCE.test(source) || !SEQUENCE.test(sequence)) return undefined;
  const number = Number(sequence);
  return Number.isSafeInteger(number) ? number : undefined;
}

export class Inbox {
  readonly #marks: Map<string, number>;

  constructor(marks: Marks) {
    this.#marks = new Map(Object.entries(marks));
  }

  /** Judges the number and, when it is to be applied, moves the mark. */
  offer(key: string, sequence: number): Verdict {
    const mark = this.#marks.get(key) ?? 0;
    if (sequence <= mark) return "duplicate";
    if (sequence > mark + 1) return "gap";
    this.#marks.set(key, sequence);
    return "apply";
  }

  snapshot(): Marks {
    return Object.fromEntries(this.#marks);
  }
}
