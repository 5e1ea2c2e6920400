/**
 * Keeps the page's own files, so that it opens without a network. It never touches the API: what was read last is kept
 * by the page itself (api/last-known.ts), and no answer with a token is kept by anybody.
 */
interface WorkerEvent extends Event {
  readonly request: Request;
  /** Says once what never concerns the worker, where the browser can be told. */
  addRoutes?(rule: object): Promise<void>;
  waitUntil(work: Promise<unknown>): void;
  respondWith(response: Promise<Response>): void;
}

/** What is used of the scope a service worker runs in; the rest of the page is typed as a document. */
interface WorkerScope {
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  addEventListener(name: "install" | "activate" | "fetch", listener: (event: WorkerEvent) => void): void;
  skipWaiting(): Promise<void>;
}

const worker = globalThis as unknown as WorkerScope;

const FILES = "ates.files";
const PAGE = "/index.html";

interface Built {
  readonly file: string;
  readonly css?: readonly string[];
  readonly assets?: readonly string[];
}

const PAST_THE_WORKER = { condition: { urlPattern: "/api/*" }, source: "network" };

worker.addEventListener("install", (event) => {
  void event.addRoutes?.(PAST_THE_WORKER).catch(() => {});
  event.waitUntil(install());
});
worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  // The way to an identity provider and back is the server's: nothing of it is a page of ours.
  const isOurs = origin === worker.location.origin && !pathname.startsWith("/api/");
  if (request.method !== "GET" || !isOurs) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (pathname.startsWith("/assets/")) event.respondWith(asset(request));
});

async function install(): Promise<void> {
  const response = await fetch("/files.json", { cache: "no-cache" });
  const built = Object.values((await response.json()) as Record<string, Built>);
  const files = built.flatMap(({ file, css = [], assets = [] }) => [file, ...css, ...assets]);
  const wanted = [...new Set(files)].filter((file) => file.startsWith("assets/")).map((file) => `/${file}`);
  const cache = await caches.open(FILES);
  await cache.addAll([PAGE, ...wanted]);
  // What an older version of the page needed goes: names carry the hash of their content.
  for (const kept of await cache.keys()) {
    const { pathname } = new URL(kept.url);
    if (pathname !== PAGE && !wanted.includes(pathname)) await cache.delete(kept);
  }
  await worker.skipWaiting();
}

/** The newest page when there is a network, else the one that is kept. */
async function page(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (silence) {
    const kept = await caches.match(PAGE, { cacheName: FILES });
    if (kept === undefined) throw silence;
    return kept;
  }
}

/** A file with its hash in its name never changes. */
async function asset(request: Request): Promise<Response> {
  return (await caches.match(request, { cacheName: FILES })) ?? fetch(request);
}
