/**
 * `npm test`: types, lint, the board's build, then every test on real servers that it starts and stops. Arguments are
 * test files to run instead of all. Ends with one plain line: `N passed, N failed`.
 */
import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Mocha from "mocha";
import { startPostgres } from "./embedded/postgres.ts";
import { startRedis } from "./embedded/redis.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const BIN = join(ROOT, "node_modules", ".bin");
const log = {
  info: () => {},
  warn: (text: string) => console.warn(text),
  error: (text: string) => console.error(text),
};

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
const files = process.argv.slice(2);

if (files.length === 0) {
  await check("types of the back end", "tsc", ["--noEmit"]);
  await check("types of the web", "tsc", ["--noEmit", "-p", "web"]);
  await check("lint and format", "biome", ["check", "--diagnostic-level=warn", "."]);
  await check("the board's pages build", "vite", ["build", "web", "--logLevel", "error"]);
}
await runTests(files.length > 0 ? files : globSync("test/**/*.test.ts", { cwd: ROOT }).sort());

const skipped = tally.skipped > 0 ? `, ${tally.skipped} skipped` : "";
process.stdout.write(`\n${tally.passed} passed, ${tally.failed} failed${skipped}\n`);
process.exit(tally.failed === 0 ? 0 : 1);

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
  else tally.failed += 1;
}

async function runTests(paths: readonly string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "ates-test-"));
  await chmod(folder, 0o755); // as root the servers run as another user, who must get in
  const postgres = await startPostgres({ dataDir: join(folder, "postgres"), log });
  const redis = await startRedis({ dataDir: join(folder, "redis"), log });
  process.env.ATES_TEST_POSTGRES_URL = postgres.url;
  process.env.ATES_TEST_REDIS_URL = redis.url;
  try {
    const stats = await runMocha(paths);
    tally.passed += stats.passes;
    tally.failed += stats.failures;
    tally.skipped += stats.pending;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    tally.failed += 1;
  } finally {
    await Promise.all([postgres.stop(), redis.stop()]);
    await rm(folder, { recursive: true, force: true });
  }
}

async function runMocha(paths: readonly string[]): Promise<Mocha.Stats> {
  const mocha = new Mocha({ timeout: 10_000, slow: 2_000, forbidOnly: true });
  for (const path of paths) mocha.addFile(join(ROOT, path));
  await mocha.loadFilesAsync();
  return new Promise((resolve, reject) => {
    const runner = mocha.run(() =>
      runner.stats === undefined ? reject(new Error("no test ran")) : resolve(runner.stats),
    );
  });
}
