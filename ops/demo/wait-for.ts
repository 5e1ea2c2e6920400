/** Waits for what follows an answer at its own pace: entries, payouts, letters, analytics. */
import { setTimeout as sleep } from "node:timers/promises";

const LOOK_EVERY_MS = 100;

/** The last look, whether it satisfied or the patience ended: what is missing then shows in the comparison. */
export async function waitFor<T>(
  look: () => Promise<T>,
  isEnough: (seen: T) => boolean,
  patienceMs: number,
  signal: AbortSignal,
): Promise<T> {
  const untilMs = performance.now() + patienceMs;
  for (;;) {
    const seen = await look();
    if (isEnough(seen) || performance.now() > untilMs) return seen;
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
}
