/**
 * The last answers, kept on this device so that they can be read without a network. Only what was read (GET), never a
 * token; emptied when somebody signs in or out, so it never holds more than one session of one person.
 */
const NAME = "ates.last-known";
/** What is asked for by the letter is not worth keeping. */
const NOT_KEPT = /[?&](q|cursor)=/;

const KEPT_WITHIN_MS = 1_000;

const exists = "caches" in globalThis;
const unwritten = new Map<string, unknown>();

export const lastKnown = {
  keep(address: string, body: unknown): void {
    if (!exists || NOT_KEPT.test(address)) return;
    // Together, when nothing else is to be done: what a person waits for comes first.
    if (unwritten.size === 0) whenIdle(() => void write().catch(() => {}));
    unwritten.set(address, body);
  },

  async find<T>(address: string): Promise<T | undefined> {
    if (!exists) return undefined;
    await write().catch(() => {});
    const kept = await caches.match(keyOf(address), { cacheName: NAME }).catch(() => undefined);
    return kept === undefined ? undefined : ((await kept.json()) as T);
  },

  async forget(): Promise<void> {
    unwritten.clear();
    if (exists) await caches.delete(NAME).catch(() => false);
  },
};

async function write(): Promise<void> {
  const answers = [...unwritten];
  unwritten.clear();
  if (answers.length === 0) return;
  const cache = await caches.open(NAME);
  await Promise.all(answers.map(([address, body]) => cache.put(keyOf(address), Response.json(body))));
}

function whenIdle(work: () => void): void {
  if ("requestIdleCallback" in globalThis) requestIdleCallback(work, { timeout: KEPT_WITHIN_MS });
  else setTimeout(work, KEPT_WITHIN_MS);
}

/** An address of its own: nobody ever asks the network for it. */
function keyOf(address: string): string {
  return `/last-known${address}`;
}
