/**
 * The peers' packages: installed by the first bench into bench/peers/node_modules, exactly as their lockfile says, and
 * never with aTES itself. Their install scripts are not run: none of them needs one.
 */
import { spawn } from "node:child_process";
import { hash } from "node:crypto";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { stopAtEnd } from "./stop-order.ts";

const FOLDER = fileURLToPath(new URL("peers/", import.meta.url));
const STAMP = `${FOLDER}node_modules/.ates-lock`;
const ARGUMENTS = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
const TELL_EVERY_MS = 5_000;

/** False, and one sentence that says why, when they cannot be had. */
export async function havePeers(tell: (line: string) => void): Promise<boolean> {
  const lockfile = hash("sha256", await readFile(`${FOLDER}package-lock.json`), "hex");
  if ((await readFile(STAMP, "utf8").catch(() => "")) === lockfile) return true;
  const startedMs = performance.now();
  const told = () => tell(`installing the peers: ${Math.round((performance.now() - startedMs) / 1_000)} s`);
  told();
  const timer = setInterval(told, TELL_EVERY_MS);
  const failure = await install().finally(() => clearInterval(timer));
  if (failure !== undefined) {
    tell(`The peers cannot be installed (${failure}): the rows go on without them.`);
    return false;
  }
  await writeFile(STAMP, lockfile);
  return true;
}

/** Undefined when it went well, else npm's first complaint. */
async function install(): Promise<string | undefined> {
  const npm = spawn("npm", ARGUMENTS, { cwd: FOLDER, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  npm.stderr.on("data", (bytes) => {
    said += bytes;
  });
  const stop = stopAtEnd(async () => npm.kill());
  const code = await once(npm, "close").then(
    ([exitCode]) => exitCode as number | null,
    (error: Error) => {
      said = error.message;
      return 1;
    },
  );
  await stop();
  return code === 0 ? undefined : (/npm error (.+)/.exec(said)?.[1] ?? said.split("\n")[0] ?? `npm: ${code}`);
}
