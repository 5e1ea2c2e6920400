import { defineConfig, loadEnv } from "vite";

/**
 * The build makes `web/dist`, which the edge serves under a Content-Security-Policy without inline script or style.
 * `vite web` is for development: it proxies the API to ATES_URL, so the browser sees one origin as it does in production.
 */
export default defineConfig(({ mode }) => {
  const target = loadEnv(mode, ".", "ATES_").ATES_URL ?? "http://127.0.0.1:8080";
  return {
    root: import.meta.dirname,
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
          // What pages share is one file: many small ones would be many round trips.
          codeSplitting: {
            groups: [{ name: "shared", test: isShared }],
            includeDependenciesRecursively: false,
          },
        },
      },
    },
    server: { host: "127.0.0.1", proxy: { "/api": { target, changeOrigin: true } } },
  };
});

/** All that more than one page needs, but for what few people ever see: the chart, and the other language. */
function isShared(id: string): boolean {
  if (/uplot|draw-income|messages\/ru|service-worker/.test(id)) return false;
  return /\/web\/(api|feed|format|messages|parts|rules|store)\/|\/web\/(places|router|session)\.ts$|\/preact\/|\/@preact\//.test(
    id,
  );
}
