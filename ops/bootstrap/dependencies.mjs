// Brings node_modules to what the lockfile says, once, however many commands start at the same moment.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join, relative } from "node:path";
import { ending, mortal, onEndSignals } from "./child.mjs";
import { withInstallLock } from "./install-lock.mjs";
import { showProgress } from "./progress.mjs";

const shownLines = 12;

/** `--include=dev`, because Node itself is a development dependency and NODE_ENV may say production. */
const npmArguments = ["ci", "--no-audit", "--no-fund", "--include=dev"];

export async function ensureDependencies(checkout) {
  const places = placesIn(checkout);
  if (isInstalled(places)) return;
  mkdirSync(places.stateFolder, { recursive: true });
  await withInstallLock(places.lock, async () => {
    if (isInstalled(places)) return;
    await install(checkout, places);
    if (!existsSync(places.node)) {
      const hint = "npm config get ignore-scripts must be false, since an install script brings it";
      throw new Error(`npm installed the dependencies without Node 26: ${hint}; the log is ${places.log}.`);
    }
    writeStamp(places);
  });
}

function placesIn(checkout) {
  const stateFolder = join(checkout, ".ates");
  return {
    stateFolder,
    lockfile: join(checkout, "package-lock.json"),
    /** What npm records of its last complete install. */
    record: join(checkout, "node_modules", ".package-lock.json"),
    stamp: join(checkout, "node_modules", ".ates-lock"),
    node: join(checkout, "node_modules", "node", "bin", "node"),
    log: join(stateFolder, "install.log"),
    lock: join(stateFolder, "install.lock"),
  };
}

/** By our stamp; without one, a complete install that somebody made by hand is taken over instead of done again. */
function isInstalled(places) {
  if (!existsSync(places.node)) return false;
  if (existsSync(places.stamp)) return readFileSync(places.stamp, "utf8") === fingerprint(places);
  if (!holdsEverything(places)) return false;
  writeStamp(places);
  return true;
}

function holdsEverything({ lockfile, record }) {
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, "utf8")).packages ?? {};
  const wanted = Object.entries(JSON.parse(readFileSync(lockfile, "utf8")).packages ?? {});
  // Optional packages are those of other platforms.
  const needed = wanted.filter(([path, { optional, peer }]) => path !== "" && !optional && !peer);
  return needed.every(([path, { version }]) => installed[path]?.version === version);
}

function fingerprint({ lockfile }) {
  return createHash("sha256").update(readFileSync(lockfile)).digest("hex");
}

function writeStamp(places) {
  writeFileSync(places.stamp, fingerprint(places));
}

async function install(checkout, places) {
  const output = openSync(places.log, "w");
  const progress = showProgress("Installing dependencies");
  const startedAt = performance.now();
  try {
    const { code, interruptedBy } = await runNpm(checkout, output);
    progress.stop();
    if (interruptedBy !== undefined) process.exit(128 + constants.signals[interruptedBy]);
    if (code !== 0) throw new Error(failure(checkout, places));
    process.stderr.write(
      `Installed dependencies in ${Math.round((performance.now() - startedAt) / 1000)} s.\n`,
    );
  } finally {
    progress.stop();
    closeSync(output);
  }
}

/** Interrupted, we wait for npm to leave before the lock is free for the next installer. */
async function runNpm(checkout, output) {
  const path = pathWithoutOurNode(checkout);
  if (!isOnPath("npm", path)) throw new Error("npm is missing: install Node.js together with npm.");
  const [file, ...before] = mortal("npm");
  const npm = spawn(file, [...before, ...npmArguments], {
    cwd: checkout,
    env: { ...process.env, PATH: path },
    stdio: ["ignore", output, output],
  });
  let interruptedBy;
  const stopForwarding = onEndSignals((signal) => {
    interruptedBy = signal;
    npm.kill(signal);
  });
  try {
    const { code } = await ending(npm);
    return { code, interruptedBy };
  } finally {
    stopForwarding();
  }
}

/** Under `npm start` our own Node comes first on the PATH, and npm is about to delete it. */
function pathWithoutOurNode(checkout) {
  const ours = join(checkout, "node_modules", ".bin");
  return (process.env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => folder !== ours)
    .join(delimiter);
}

function isOnPath(command, path) {
  return path.split(delimiter).some((folder) => existsSync(join(folder, command)));
}

/** npm says what is wrong first and how to use npm after it; other output is worth its end. */
function failure(checkout, { log }) {
  const lines = readFileSync(log, "utf8").trimEnd().split("\n");
  const errors = lines.filter((line) => /^npm error \S/i.test(line)).slice(0, shownLines);
  const shown = errors.length > 0 ? errors : lines.slice(-shownLines);
  const file = relative(checkout, log);
  return `npm could not install the dependencies, the whole output is in ${file}:\n${shown.map((line) => `  ${line}`).join("\n")}`;
}
