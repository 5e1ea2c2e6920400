/**
 * The board's own files, from one folder and never from beside it.
 *
 * 1. A path is decoded once, and refused when a part of it is hidden, goes up, or holds a NUL or a backslash.
 * 2. Files under `assets/` have their hash in their name: kept for a year. The rest is asked for again each time.
 * 3. A path of no file that a browser asks for as a page is the page: the board routes itself.
 * 4. A file that the build has packed, too, is sent packed to those who can unpack it: nothing is packed on the way.
 */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { extname, join } from "node:path";
import type { Next } from "koa";
import type { EdgeContext } from "../edge-context.ts";
import { isAccepted } from "../packed.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".webmanifest": "application/manifest+json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};

const HASHED = /^\/assets\/.+-[A-Za-z0-9_-]{8,}\.\w+$/;
/** Never a page of the board: a wrong path below them is a problem document. */
const NOT_PAGES = /^\/(api|livez|readyz|metrics|\.well-known)(\/|$)/;

/** As the build names them, the smaller first. */
const PACKINGS = [
  { encoding: "br", ending: ".br" },
  { encoding: "gzip", ending: ".gz" },
] as const;

interface Found {
  readonly file: string;
  readonly encoding?: string;
  readonly size: number;
  readonly etag: string;
}

export function staticFiles(root: string) {
  return async (ctx: EdgeContext, next: Next): Promise<void> => {
    const path = ctx.method === "GET" || ctx.method === "HEAD" ? safePath(ctx.path) : undefined;
    if (path === undefined || NOT_PAGES.test(path)) return next();
    const found = await find(ctx, root, path === "/" ? "/index.html" : path);
    if (found !== undefined) return send(ctx, found, extname(path), HASHED.test(path));
    const page =
      extname(path) === "" && ctx.get("Accept").includes("text/html")
        ? await find(ctx, root, "/index.html")
        : undefined;
    return page === undefined ? next() : send(ctx, page, "", false);
  };
}

function safePath(raw: string): string | undefined {
  let path: string;
  try {
    path = decodeURIComponent(raw);
  } catch {
    return undefined;
  }
  if (path.includes("\u0000") || path.includes("\\")) return undefined;
  return path.split("/").some((part) => part.startsWith(".")) ? undefined : path;
}

async function find(ctx: EdgeContext, root: string, path: string): Promise<Found | undefined> {
  const file = join(root, path);
  const plain = await fileAt(file);
  if (plain === undefined) return undefined;
  const accepted = ctx.get("Accept-Encoding");
  for (const { encoding, ending } of PACKINGS) {
    const packed = isAccepted(encoding, accepted) ? await fileAt(file + ending) : undefined;
    if (packed !== undefined) return { ...packed, encoding };
  }
  return plain;
}

async function fileAt(file: string): Promise<Found | undefined> {
  const info = await stat(file).catch(() => undefined);
  if (info === undefined || !info.isFile()) return undefined;
  return {
    file,
    size: info.size,
    etag: `"${info.size.toString(36)}-${Math.floor(info.mtimeMs).toString(36)}"`,
  };
}

function send(ctx: EdgeContext, found: Found, ending: string, immutable: boolean): void {
  ctx.state.routeName = "static";
  ctx.status = 200;
  ctx.set("Cache-Control", immutable ? "public, max-age=31536000, immutable" : "no-cache");
  ctx.set("ETag", found.etag);
  ctx.vary("Accept-Encoding");
  if (found.encoding !== undefined) ctx.set("Content-Encoding", found.encoding);
  if (ctx.fresh) {
    ctx.status = 304;
    return;
  }
  ctx.body = createReadStream(found.file);
  ctx.type = TYPES[ending || ".html"] ?? "application/octet-stream";
  ctx.length = found.size;
}
