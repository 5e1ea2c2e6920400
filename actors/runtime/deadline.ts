/** Waiting, but not for ever: what is late goes on, and nobody waits for it any more. */
import type { Clock } from "./clock.ts";

export async function within(clock: Clock, deadlineMs: number, work: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const cancel = clock.after(deadlineMs, late.resolve);
  await Promise.race([work, late.promise]).finally(cancel);
}
