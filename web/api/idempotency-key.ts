const BYTES = 16;

/** A new key for a command. Not `crypto.randomUUID`: that exists in secure contexts only, and a company may serve plain http. */
export function idempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
