/** Tells a repeated request from another one under the same Idempotency-Key: a hash of route, path and body. */
import { hash } from "node:crypto";

/** Members in any order give the same fingerprint: clients differ in how they write the same JSON. */
export function fingerprintOf(method: string, path: string, body: unknown): string {
  return hash("sha256", `${method} ${path}\n${JSON.stringify(sorted(body) ?? null)}`, "hex");
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
