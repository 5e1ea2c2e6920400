/** What must be so. The sentence is made only when it is not. */
import { Violation } from "../violation.ts";

export function demand(isSo: boolean, rule: string, sentence: () => string): asserts isSo {
  if (!isSo) throw new Violation(rule, sentence());
}

/** Equal as JSON, whatever the order in which properties were written. */
export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b) || JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, part]) => [key, sorted(part)]));
}
