/** Waits, or rejects with the signal's reason as soon as it is aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      signal?.removeEventListener("abort", stop);
      resolve();
    }
    function stop(): void {
      clearTimeout(timer);
      reject(signal?.reason);
    }
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}

/** A wait that ends early when the browser says the network is back. */
export async function pauseOrOnline(ms: number, stopped?: AbortSignal): Promise<void> {
  const online = new AbortController();
  const wake = (): void => online.abort();
  addEventListener("online", wake, { once: true });
  const signals = stopped === undefined ? [online.signal] : [stopped, online.signal];
  await pause(ms, AbortSignal.any(signals)).catch(() => {});
  removeEventListener("online", wake);
}

/** What is put off comes within this time, however busy the page is. */
const IDLE_WITHIN_MS = 1_000;

/** Until nothing else is to be done: what a person waits for comes first. */
export function idle(): Promise<unknown> {
  return new Promise((resolve) => {
    if ("requestIdleCallback" in globalThis) requestIdleCallback(resolve, { timeout: IDLE_WITHIN_MS });
    else setTimeout(resolve, IDLE_WITHIN_MS);
  });
}
