/** A worker as a process of its own whose code the test has changed, begun anew whenever it ends, as a platform would. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { World } from "./world.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PRELOAD = new URL("./patched-worker-preload.ts", import.meta.url).href;
const OUTPUT_CHARS_MAX = 20_000;

/** Source text that is put before what is found in the file. */
export interface Patch {
  readonly file: string;
  readonly before: string;
  readonly put: string;
}

/** A message with these words ends the process that decides it. */
export function killerOf(kind: string, words: string): Patch {
  return {
    file: `actors/${kind}/decide.ts`,
    before: "  switch (message.type) {\n",
    put: `  if (JSON.stringify(message.data).includes("${words}")) { process.kill(process.pid, "SIGKILL"); for (;;); }\n`,
  };
}

export class PatchedWorker {
  /** How often it ended without being told to. */
  deaths = 0;
  output = "";
  readonly #world: World;
  readonly #patches: readonly Patch[];
  #child: ChildProcess;
  #ended: Promise<void> = Promise.resolve();
  #isWanted = true;

  constructor(world: World, patches: readonly Patch[]) {
    this.#world = world;
    this.#patches = patches;
    this.#child = this.#start();
  }

  async stop(): Promise<void> {
    this.#isWanted = false;
    this.#child.kill("SIGTERM");
    await this.#ended;
  }

  #start(): ChildProcess {
    const { config, databaseUrl, redisUrl } = this.#world;
    const child = spawn(process.execPath, ["--import", PRELOAD, "main.ts", "worker"], {
      cwd: ROOT,
      env: {
        ...process.env,
        DATABASE_URL: databaseUrl,
        REDIS_URL: redisUrl,
        SMTP_URL: "smtp://127.0.0.1:9",
        ATES_TEST_PATCHES: JSON.stringify(this.#patches),
        ATES_BEAT_EVERY_MS: String(config.beatEveryMs),
        ATES_LEASE_TTL_MS: String(config.leaseTtlMs),
        ATES_KEEP_EVERY_MS: String(config.keepEveryMs),
        ATES_BATCH_ENTRIES_MAX: String(config.batchEntriesMax),
        ATES_RETRY_BASE_MS: String(config.retryBaseMs),
        ATES_RETRY_MAX_MS: String(config.retryMaxMs),
        ATES_RETRY_ATTEMPTS_MAX: String(config.retryAttemptsMax),
      },
      stdio: ["ignore", "ignore", "pipe"],
    });
    child.stderr.on("data", (chunk) => {
      this.output = `${this.output}${chunk}`.slice(-OUTPUT_CHARS_MAX);
    });
    this.#ended = new Promise((resolve) => child.on("close", () => resolve()));
    void this.#ended.then(() => {
      if (!this.#isWanted) return;
      this.deaths += 1;
      this.#child = this.#start();
    });
    return child;
  }
}
