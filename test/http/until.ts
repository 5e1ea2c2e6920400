import { setTimeout as sleep } from "node:timers/promises";

/** Asks again and again until it is so. */
export async function until(fact: () => boolean | Promise<boolean>, deadlineMs = 8_000): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!(await fact())) {
    if (performance.now() > deadline) throw new Error(`not so after ${deadlineMs} ms: ${fact}`);
    await sleep(20);
  }
}
