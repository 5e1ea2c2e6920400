/** A real Chromium, for the benches and the tests. Nothing is downloaded: the browser is the one on the PATH. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
/** What a browser does for its maker it does not do here: the tests stay on loopback. */
const QUIET = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--no-first-run",
];

/** Undefined when there is none that starts; one line on stderr says why. */
export async function openBrowser(): Promise<Browser | undefined> {
  const executablePath = onPath(NAMES);
  if (executablePath === undefined) return without(`none of ${NAMES.join(", ")} is on the PATH`);
  // Chromium refuses to be root in its sandbox; for everybody else the sandbox stays.
  const chromiumSandbox = process.getuid?.() !== 0;
  try {
    return await chromium.launch({ executablePath, chromiumSandbox, args: QUIET });
  } catch (error) {
    const lines = error instanceof Error ? error.message.split("\n") : [String(error)];
    return without(
      `${executablePath} does not start: ${lines.find((line) => /FATAL/.test(line)) ?? lines[0]}`,
    );
  }
}

function without(reason: string): undefined {
  process.stderr.write(`There is no browser: ${reason}.\n`);
}

function onPath(names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
