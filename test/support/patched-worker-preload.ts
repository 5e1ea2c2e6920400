/**
 * Loaded into a worker of a test before anything else (`node --import`): puts the test's lines into the code while it is
 * loaded. The production code knows nothing of it.
 */
import { type LoadFnOutput, registerHooks } from "node:module";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Patch } from "./patched-worker.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const patches = JSON.parse(process.env.ATES_TEST_PATCHES ?? "[]") as Patch[];

function load(url: string, loaded: LoadFnOutput): LoadFnOutput {
  if (!url.startsWith("file:")) return loaded;
  const file = relative(ROOT, fileURLToPath(url));
  const own = patches.filter((patch) => patch.file === file);
  return own.length === 0 ? loaded : { ...loaded, source: own.reduce(patched, String(loaded.source)) };
}

/** A patch that finds no place any more must not pass for one that does nothing. */
function patched(source: string, { file, before, put }: Patch): string {
  if (!source.includes(before)) throw new Error(`${file}: expected to find ${before}`);
  return source.replace(before, () => put + before);
}

registerHooks({ load: (url, context, next) => load(url, next(url, context)) });
