/** Builds the board's pages with Vite when they are missing or older than their sources. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const WEB = fileURLToPath(new URL("../web", import.meta.url));
const NO_SOURCE = /^\/(dist|pictures)\/|\.md$/;
const BUILT = join(WEB, "dist", "index.html");

/** Whether there was anything to build. */
export async function buildWeb(): Promise<boolean> {
  const builtMs = await modifiedMs(BUILT);
  if (builtMs !== undefined && builtMs >= (await newestSourceMs(WEB))) return false;
  const { build } = await import("vite");
  await build({ root: WEB, configFile: join(WEB, "vite.config.ts"), logLevel: "error" });
  return true;
}

async function newestSourceMs(folder: string): Promise<number> {
  let newest = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || NO_SOURCE.test(join(entry.parentPath, entry.name).slice(WEB.length))) continue;
    newest = Math.max(newest, (await modifiedMs(join(entry.parentPath, entry.name))) ?? 0);
  }
  return newest;
}

async function modifiedMs(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).mtimeMs;
  } catch {
    return undefined;
  }
}
