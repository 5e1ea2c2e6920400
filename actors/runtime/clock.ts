/** Time as an argument, as streams have it, and waiting by it. */
import type { Clock } from "../../streams/clock.ts";

export { type Clock, systemClock } from "../../streams/clock.ts";

export function sleep(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => clock.after(delayMs, resolve));
}
