/** This checkout: the Node that runs it, and the board's pages. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { fail, ok, type Symptom, warn } from "./symptom.ts";

/** Runs TypeScript as it is and has Temporal. */
const NODE_MIN = 26;
const PAGES = fileURLToPath(new URL("../../web/dist/index.html", import.meta.url));

export function lookAtNode(version: string = process.versions.node): Symptom {
  const isNew = Number.parseInt(version, 10) >= NODE_MIN;
  if (isNew) return ok("Node", version);
  return fail(
    "Node",
    `${version}, expected ${NODE_MIN} or newer`,
    "run commands through `npx ates`, which brings its own Node",
  );
}

export function lookAtPages(file: string = PAGES): Symptom {
  if (existsSync(file)) return ok("pages", "the board is built");
  return warn("pages", "web/dist is missing: an edge serves the API and no board", "npm run build:web");
}
