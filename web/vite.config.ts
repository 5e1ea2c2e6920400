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
    build: { outDir: "dist", emptyOutDir: true, target: "es2023", modulePreload: { polyfill: false } },
    server: { host: "127.0.0.1", proxy: { "/api": { target, changeOrigin: true } } },
  };
});
