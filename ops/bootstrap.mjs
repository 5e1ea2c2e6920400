// The door for every command. Any Node from 20 on can run it: it installs the dependencies when they are missing or older
// than the lockfile, then starts the Node 26 among them on the program that the command names.
//
//   node ops/bootstrap.mjs up | edge | worker | test | demo | bench | chaos | simulate | <any command of ates> [arguments]
//
// Plain JavaScript without dependencies, because it runs before there are any.

import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ensureDependencies } from "./bootstrap/dependencies.mjs";
import { runToEnd } from "./bootstrap/run.mjs";

const nodeMajorMin = 20;
const checkout = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Programs with servers of their own get a session of their own: a Ctrl-C then reaches them once, through us, and not a
 * second time from the terminal and a third from npm, which they would take for impatience.
 */
const programs = {
  up: role("up"),
  edge: role("edge"),
  worker: role("worker"),
  test: { script: "test/run-all.ts", ownSession: true },
  demo: { script: "ops/demo.ts", ownSession: true },
  bench: { script: "bench/run.ts", ownSession: true },
  chaos: { script: "test/chaos/run.ts", ownSession: true },
  simulate: { script: "test/simulation/simulate.ts", ownSession: false },
};

/**
 * Left to itself, V8 shrinks the young generation of a process that has been at rest for a minute to 1 MiB, and collects it
 * several times a second from then on: 0.65 % of a core. In the image the entry point says the same.
 */
function role(name) {
  const flags = ["--min-semi-space-size=16"];
  return { script: "main.ts", first: [name], flags, preload: "ops/instrumentation.ts", ownSession: true };
}

/** Commands that are no program of their own: they may ask questions, and file names are relative to where one stands. */
const cli = { script: "ops/cli/ates.ts", ownSession: false };

export async function main([command, ...rest]) {
  try {
    refuseOldNode();
    await ensureDependencies(checkout);
    const program = Object.hasOwn(programs, command ?? "") ? programs[command] : undefined;
    const told = program === undefined ? [command, ...rest].filter((part) => part !== undefined) : rest;
    await runToEnd(start(program ?? cli, told));
  } catch (error) {
    process.stderr.write(`ates: ${error.message}\n`);
    process.exitCode = 1;
  }
}

function start({ script, first = [], flags = [], preload, ownSession }, told) {
  const path = join(checkout, script);
  if (!existsSync(path)) throw new Error(`${script} is missing in ${checkout}: the checkout is incomplete.`);
  const preloading = preload === undefined ? [] : ["--import", pathToFileURL(join(checkout, preload)).href];
  return {
    node: join(checkout, "node_modules", "node", "bin", "node"),
    args: [...flags, ...preloading, path, ...first, ...told],
    cwd: ownSession ? checkout : process.cwd(),
    binFolder: join(checkout, "node_modules", ".bin"),
    ownSession,
  };
}

function refuseOldNode() {
  const major = Number.parseInt(process.versions.node, 10);
  if (major >= nodeMajorMin) return;
  throw new Error(
    `Node ${nodeMajorMin} or newer is needed to start, and this is ${process.version}: update Node.js.`,
  );
}

// By the real path, since the checkout may be reached through a link.
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  await main(process.argv.slice(2));
}
