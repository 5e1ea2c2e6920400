/** Builds the board's pages with Vite when they are missing or older than their sources. */
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const WEB = fileURLToPath(new URL("../web", import.meta.url));
const NO_SOURCE = /^\/(dist|pictures)\/|\.md$/;
const BUILT = join(WEB, "dist", "index.html");

/** There while somebody builds: two at once would take each other's files away. */
const BEING_BUILT = join(WEB, "dist.lock");
const LOOK_AGAIN_MS = 100;
/** Whoever has built for as long has died of it. */
const BUILD_MS_MAX = 60_000;

/** Whether there was anything to build. */
export async function buildWeb(): Promise<boolean> {
  const isBeingBuilt = (await modifiedMs(BEING_BUILT)) !== undefined;
  if (!isBeingBuilt && (await isBuilt())) return false;
  await takeTurn();
  try {
    if (await isBuilt()) return false;
    const { build } = await import("vite");
    await build({ root: WEB, configFile: join(WEB, "vite.config.ts"), logLevel: "error" });
    return true;
  } finally {
    await rm(BEING_BUILT, { recursive: true, force: true });
  }
}

async function takeTurn(): Promise<void> {
  for (;;) {
    try {
      await mkdir(BEING_BUILT);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const sinceMs = (await modifiedMs(BEING_BUILT)) ?? Date.now();
    if (Date.now() - sinceMs > BUILD_MS_MAX) await rm(BEING_BUILT, { recursive: true, force: true });
    await sleep(LOOK_AGAIN_MS);
  }
}

async function isBuilt(): Promise<boolean> {
  const builtMs = await modifiedMs(BUILT);
  return builtMs !== undefined && builtMs >= (await newestSourceMs(WEB));
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
