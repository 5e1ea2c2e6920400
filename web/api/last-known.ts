import { idle } from "./pause.ts";

/**
 * The last answers, kept on this device so that they can be read without a network. Only what was read (GET), never a
 * token; emptied when somebody signs in or out, so it never holds more than one session of one person.
 */
const NAME = "ates.last-known";
/** What is asked for by the letter is not worth keeping. */
const NOT_KEPT = /[?&](q|cursor)=/;

const exists = "caches" in globalThis;
/** By address, until they are kept. */
const unwritten = new Map<string, unknown>();
let isWriting = false;

export const lastKnown = {
  keep(address: string, body: unknown): void {
    if (!exists || NOT_KEPT.test(address)) return;
    unwritten.set(address, body);
    if (!isWriting) void write();
  },

  async find<T>(address: string): Promise<T | undefined> {
    if (unwritten.has(address)) return unwritten.get(address) as T;
    if (!exists) return undefined;
    const kept = await caches.match(keyOf(address), { cacheName: NAME }).catch(() => undefined);
    return kept === undefined ? undefined : ((await kept.json()) as T);
  },

  async forget(): Promise<void> {
    unwritten.clear();
    if (exists) await caches.delete(NAME).catch(() => false);
  },
};

/** One by one, each when nothing else is to be done: what a person waits for comes first. */
async function write(): Promise<void> {
  isWriting = true;
  while (unwritten.size > 0) {
    await idle();
    for (const [address, body] of unwritten) {
      await put(address, body).catch(() => {});
      // Unless it was read anew meanwhile.
      if (unwritten.get(address) === body) unwritten.delete(address);
      break;
    }
  }
  isWriting = false;
}

async function put(address: string, body: unknown): Promise<void> {
  const cache = await caches.open(NAME);
  // Somebody may have signed out since.
  if (unwritten.get(address) === body) await cache.put(keyOf(address), Response.json(body));
}

/** An address of its own: nobody ever asks the network for it. */
function keyOf(address: string): string {
  return `/last-known${address}`;
}
