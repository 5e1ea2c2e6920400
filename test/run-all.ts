/**
 * `npm test`: the board's build, then types and lint beside every test, on real servers that it starts and stops.
 * Arguments are test files to run instead of all. Ends with what failed, once more, and one plain line: `N passed, N failed`.
 *
 * The files are shared by lanes, a process each: one more than there are cores, since much of what tests do is waiting.
 * The first lane begins with the busy files, which keep a core at work from end to end; the others begin with the rest.
 * So seldom two busy ones go at once, and who waits for a lease does not wait for a core as well.
 */
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { NO_ANSWERS, together } from "./support/answers/told.ts";
import { FOLDER_SETTING } from "./support/answers/watch.ts";
import { prepareCluster } from "./support/cluster.ts";
import { END_OF_FILE, type FileTally } from "./support/lane.ts";

/** In every process of the run: it watches what edges answer. */
const WATCH = `--import=${new URL("./support/answers/preload.mjs", import.meta.url)}`;
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const BIN = join(ROOT, "node_modules", ".bin");
/** More of them, and what is measured in milliseconds would stumble. */
const LANES_MAX = 3;
/** What tests leave in memory adds up: a process that holds as much ends, and another goes on. */
const HEAP_MB_MAX = 1_000;
/** With four checkers, as by default, each learns the same types anew: 14.7 CPU-s in place of 11.2, beside tests. */
const TYPES = ["--checkers", "1"];
/** The longest first; so are the rest, by folder: what is left in the end takes a second each, and no lane is alone for long. */
const BUSY = [
  "test/browser/look",
  "test/simulation/simulation",
  "test/http/fuzz/",
  "test/browser/",
  "test/simulation/",
];
const LONGEST_FIRST = [
  ...BUSY,
  "test/e2e/",
  "test/actors/runtime/",
  "test/ops/",
  "test/http/import/",
  "test/http/access/",
  "test/http/",
  "test/streams/",
];

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
const faults: string[] = [];
let answers = NO_ANSWERS;
const files = process.argv.slice(2);

if (files.length > 0) await runTests(files);
else {
  const pages = check("the board's pages build", "vite", ["build", "web", "--logLevel", "error"]);
  const all = globSync("test/**/*.test.ts", { cwd: ROOT }).sort();
  await Promise.all([pages.then(checkSources), runTests(all, pages)]);
}

if (faults.length > 0) process.stdout.write(`\nFailed:\n\n${faults.join("\n\n")}\n`);
const { validated, operations, beside } = answers;
process.stdout.write(
  `\n${validated} answers of ${operations.length} operations validated against the OpenAPI document, ${beside} beside it\n`,
);
const skipped = tally.skipped > 0 ? `, ${tally.skipped} skipped` : "";
process.stdout.write(`\n${tally.passed} passed, ${tally.failed} failed${skipped}\n`);
process.exit(tally.failed === 0 ? 0 : 1);

async function checkSources(): Promise<void> {
  await check("types of the back end", "tsc", [...TYPES, "--noEmit"]);
  await check("types of the web", "tsc", [...TYPES, "--noEmit", "-p", "web"]);
  await check("lint and format", "biome", ["check", "--diagnostic-level=warn", "."]);
}

/** One command that must succeed counts as one test. */
async function check(what: string, command: string, args: readonly string[]): Promise<void> {
  const startedMs = performance.now();
  const code = await new Promise<number>((resolve) => {
    const child = spawn(process.execPath, [join(BIN, command), ...args], {
      cwd: ROOT,
      stdio: ["ignore", "inherit", "inherit"],
    });
    child.on("close", (status) => resolve(status ?? 1));
    child.on("error", () => resolve(1));
  });
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  process.stdout.write(`  ${code === 0 ? "✔" : "✘"} ${what} (${seconds} s)\n`);
  if (code === 0) tally.passed += 1;
  else fail(what);
}

function fail(fault: string): void {
  tally.failed += 1;
  faults.push(fault);
}

/** The first file begins when the pages are built, too. */
async function runTests(paths: readonly string[], pages?: Promise<void>): Promise<void> {
  const [removeCluster] = await Promise.all([prepareCluster(), pages]);
  const waiting = [...paths].sort((a, b) => rankOf(a) - rankOf(b));
  const lanes = Math.min(LANES_MAX, availableParallelism() + 1, waiting.length);
  await Promise.all(Array.from({ length: lanes }, (_, lane) => runLane(waiting, lane === 0)));
  await removeCluster();
  for (const path of waiting) fail(`${path}: no test process was left to run it`);
}

function rankOf(path: string): number {
  const rank = LONGEST_FIRST.findIndex((beginning) => path.startsWith(beginning));
  return rank === -1 ? LONGEST_FIRST.length : rank;
}

function taken(waiting: string[], isForBusy: boolean): string | undefined {
  const restAt = isForBusy ? 0 : waiting.findIndex((path) => rankOf(path) >= BUSY.length);
  return waiting.splice(Math.max(restAt, 0), 1)[0];
}

/** Takes files until none is left. What a file prints comes in one piece, when it has ended. */
function runLane(waiting: string[], isForBusy: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "ates-answers-"));
  const lane = fork(join(ROOT, "test/support/lane.ts"), {
    cwd: ROOT,
    env: {
      ...process.env,
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} ${WATCH}`,
      [FOLDER_SETTING]: folder,
    },
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  let underWay: string | undefined;
  let isFull = false;
  const next = () => {
    underWay = isFull ? undefined : taken(waiting, isForBusy);
    if (underWay === undefined) lane.disconnect();
    else lane.send(join(ROOT, underWay));
  };
  let text = "";
  lane.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    const end = END_OF_FILE.exec(text);
    if (end === null) return;
    process.stdout.write(text.slice(0, end.index));
    text = "";
    const done = JSON.parse(end[1] ?? "") as FileTally;
    count(done, underWay ?? "");
    isFull = (done.heapMb ?? 0) > HEAP_MB_MAX;
    next();
  });
  next();
  // Not "close": it does not come when the channel was closed from here.
  return Promise.all([once(lane, "exit"), lane.stdout === null || once(lane.stdout, "end")]).then(
    ([[code, signal]]) => {
      rmSync(folder, { recursive: true, force: true });
      if (underWay === undefined)
        return isFull && waiting.length > 0 ? runLane(waiting, isForBusy) : undefined;
      process.stdout.write(text);
      fail(`${underWay}: the test process ended in the middle of it, with ${signal ?? `code ${code}`}`);
      return waiting.length > 0 ? runLane(waiting, isForBusy) : undefined;
    },
  );
}

function count(file: FileTally, path: string): void {
  tally.passed += file.passed;
  tally.failed += file.failed;
  tally.skipped += file.skipped;
  answers = together(answers, file.answers ?? NO_ANSWERS);
  faults.push(...file.faults.map((fault) => `${path}: ${fault}`));
}
