/**
 * The last answers, kept on this device so that they can be read without a network. Only what was read (GET), never a
 * token; emptied when somebody signs in or out, so it never holds more than one session of one person.
 */
const NAME = "ates.last-known";
/** What is asked for by the letter is not worth keeping. */
const NOT_KEPT = /[?&](q|cursor)=/;

const exists = "caches" in globalThis;

export const lastKnown = {
  keep(address: string, body: unknown): void {
    if (!exists || NOT_KEPT.test(address)) return;
    void caches
      .open(NAME)
      .then((cache) => cache.put(keyOf(address), Response.json(body)))
      .catch(() => {});
  },

  async find<T>(address: string): Promise<T | undefined> {
    if (!exists) return undefined;
    const kept = await caches.match(keyOf(address), { cacheName: NAME }).catch(() => undefined);
    return kept === undefined ? undefined : ((await kept.json()) as T);
  },

  async forget(): Promise<void> {
    if (exists) await caches.delete(NAME).catch(() => false);
  },
};

/** An address of its own: nobody ever asks the network for it. */
function keyOf(address: string): string {
  return `/last-known${address}`;
}
