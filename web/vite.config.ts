import { readFileSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { defineConfig, loadEnv, type Plugin } from "vite";

const TEXT = /\.(css|html|js|json|svg|webmanifest)$/;
/** Below this a packed file saves no packet. */
const PACKED_BYTES_MIN = 1_024;

/**
 * The build makes `web/dist`, which the edge serves under a Content-Security-Policy without inline script or style.
 * `vite web` is for development: it proxies the API to ATES_URL, so the browser sees one origin as it does in production.
 */
export default defineConfig(({ mode }) => {
  const first = importedFrom(`${import.meta.dirname}/main.tsx`);
  const target = loadEnv(mode, ".", "ATES_").ATES_URL ?? "http://127.0.0.1:8080";
  return {
    root: import.meta.dirname,
    plugins: [packed()],
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: {
      outDir: "dist",
      emptyOutDir: true,
      target: "es2023",
      modulePreload: { polyfill: false },
      // What the service worker keeps for the time without a network.
      manifest: "files.json",
      rollupOptions: {
        input: {
          page: `${import.meta.dirname}/index.html`,
          "service-worker": `${import.meta.dirname}/service-worker.ts`,
        },
        output: {
          entryFileNames: ({ name }) => (name === "service-worker" ? "[name].js" : "assets/[name]-[hash].js"),
          // What pages share is two files, what the board needs and what only others do: many small ones would be many
          // round trips.
          codeSplitting: {
            groups: [
              { name: "shared", test: (id: string) => isShared(id) && (isForeign(id) || first.has(id)) },
              { name: "others", test: (id: string) => isShared(id) && !isForeign(id) && !first.has(id) },
            ],
            includeDependenciesRecursively: false,
          },
        },
      },
    },
    server: { host: "127.0.0.1", proxy: { "/api": { target, changeOrigin: true } } },
  };
});

/** A file and all of ours that it imports before it runs. */
function importedFrom(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, path = ""] of readFileSync(file, "utf8").matchAll(
    /^(?:import|export)\b(?! type\b)[^;]*?from "(\.[^"]+\.tsx?)"/gm,
  ))
    importedFrom(join(dirname(file), path), found);
  return found;
}

function isForeign(id: string): boolean {
  return id.includes("/node_modules/");
}

/** All that more than one page needs, but for what few people ever see: the chart, and the other language. */
function isShared(id: string): boolean {
  if (/uplot|draw-income|messages\/ru|service-worker/.test(id)) return false;
  return /\/web\/(api|feed|format|messages|parts|rules|store)\/|\/web\/(places|router|session)\.ts$|\/preact\/|\/@preact\//.test(
    id,
  );
}

/** Beside each file of text the same as gzip and as Brotli: packed once, and as small as can be. */
function packed(): Plugin {
  return {
    name: "packed",
    apply: "build",
    async writeBundle({ dir = "" }) {
      for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !TEXT.test(entry.name)) continue;
        const file = join(entry.parentPath, entry.name);
        const bytes = await readFile(file);
        if (bytes.length < PACKED_BYTES_MIN) continue;
        await writeFile(`${file}.br`, brotliCompressSync(bytes));
        await writeFile(`${file}.gz`, gzipSync(bytes, { level: 9 }));
      }
    },
  };
}
