/**
 * One of the processes that share the files of a test run, with servers of its own. It is told a file, runs it, prints
 * what mocha prints and then one line that END_OF_FILE matches; it ends when nobody tells it any more.
 */
import { fileURLToPath } from "node:url";
import { config } from "chai";
import Mocha from "mocha";
import { takeTold } from "./answers/told.ts";
import { type AnswerTally, FOLDER_SETTING, judged, nowRunning } from "./answers/watch.ts";
import { stopTestServers, testServers } from "./servers.ts";

/** The figures are in it, as JSON. */
export const END_OF_FILE = /^<end of file (\{.*\})>\n/m;

export interface FileTally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** A test each, with what it was told. */
  readonly faults: readonly string[];
  /** Answers of edges, held against their document; its faults are among the others. */
  readonly answers?: AnswerTally;
  /** What the process holds in memory by now. */
  readonly heapMb?: number;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) runLane();

function runLane(): void {
  config.truncateThreshold = 0; // a failed comparison is told in full
  let running = testServers().then(({ postgresUrl, redisUrl }) => {
    process.env.ATES_TEST_POSTGRES_URL = postgresUrl;
    process.env.ATES_TEST_REDIS_URL = redisUrl;
  });
  process.on("message", (path: string) => {
    const file = running.then(() => runFile(path)).catch(broken);
    running = file.then(withAnswers).then(tell);
  });
  process.on("disconnect", () => {
    void running.then(stopTestServers).finally(() => process.exit());
  });
}

/** Ways in which a process hears that something went wrong: each run of mocha listens, and must not hear of the next's. */
const ALARMS = ["uncaughtException", "unhandledRejection"] as const;

async function runFile(path: string): Promise<FileTally> {
  for (const alarm of ALARMS) process.removeAllListeners(alarm);
  // Mocha hands a rejection that nobody awaits to whoever listens besides it: thrown, it fails the test it came in.
  process.on("unhandledRejection", (reason) => {
    throw reason;
  });
  const mocha = new Mocha({ timeout: 120_000, slow: 2_000, forbidOnly: true });
  mocha.addFile(path);
  await mocha.loadFilesAsync();
  const faults: string[] = [];
  return new Promise((resolve) => {
    const runner = mocha.run(() => {
      const { passes = 0, failures = 1, pending = 0 } = runner.stats ?? {};
      resolve({ passed: passes, failed: failures, skipped: pending, faults });
    });
    runner.on("test", (test) => nowRunning(test.fullTitle()));
    runner.on("fail", (test, error) => faults.push(`${test.fullTitle()}\n${error?.stack ?? String(error)}`));
  });
}

/** The file could not even be loaded. */
function broken(error: unknown): FileTally {
  const fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stdout.write(`${fault}\n`);
  return { passed: 0, failed: 1, skipped: 0, faults: [fault] };
}

/** Answers that the document does not describe fail the file, each once. */
async function withAnswers(tally: FileTally): Promise<FileTally> {
  await judged();
  const answers = takeTold(process.env[FOLDER_SETTING]);
  for (const fault of answers.faults) process.stdout.write(`  ✘ against the OpenAPI document: ${fault}\n`);
  return {
    ...tally,
    failed: tally.failed + answers.faults.length,
    faults: [...tally.faults, ...answers.faults],
    answers: { ...answers, faults: [] },
  };
}

function tell(tally: FileTally): void {
  const heapMb = Math.round(process.memoryUsage().heapUsed / 1_048_576);
  process.stdout.write(`<end of file ${JSON.stringify({ ...tally, heapMb })}>\n`);
}
