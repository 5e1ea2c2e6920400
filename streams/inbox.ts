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
