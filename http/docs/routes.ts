/** `/api/docs`: the interface as a page to read. It asks nobody but this edge for anything. */
import { readFileSync } from "node:fs";
import type { JsonSchema, Route } from "../route.ts";
import { docsPage } from "./page.ts";

/** `document` is asked for when the first reader comes. */
export function docsRoutes(document: () => JsonSchema): Route[] {
  let page: string | undefined;
  return [
    file("/api/docs", "This interface, to read", "text/html", () => {
      page ??= docsPage(document());
      return page;
    }),
    file("/api/docs/page.css", "How the page looks", "text/css", () => beside("page.css")),
    file("/api/docs/page.js", "How the page finds things", "text/javascript", () => beside("page.js")),
  ];
}

function file(path: string, summary: string, type: string, read: () => string): Route {
  return {
    method: "GET",
    path,
    root: true,
    tag: "meta",
    summary,
    access: "anyone",
    responses: { 200: { description: "The file.", type } },
    handle: async () => ({
      status: 200,
      body: read(),
      headers: { "Content-Type": `${type}; charset=utf-8`, "Cache-Control": "no-cache" },
    }),
  };
}

function beside(name: string): string {
  return readFileSync(new URL(name, import.meta.url), "utf8");
}
