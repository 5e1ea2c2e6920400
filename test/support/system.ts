/** The whole system as a process of its own, started the way a user starts it: `main.ts up` with a data folder of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Running, readRunning } from "../../ops/running-file.ts";
import { copyCluster } from "./cluster.ts";
import { until } from "./world.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const PASSWORD = "parrots-love-seeds";

export interface System extends Running {
  readonly process: ChildProcess;
  readonly output: () => string;
  /** SIGTERM, then the wait for its orderly end; answers the exit code. */
  stop(): Promise<number | null>;
}

/** Postgres begins with the run's cluster, whose user must get in. */
async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "ates-system-"));
  await chmod(folder, 0o755);
  await copyCluster(join(folder, "postgres"));
  return folder;
}

/** In a folder of its own that goes with it, unless one is named. */
export async function startSystem(
  env: Record<string, string> = {},
  args: readonly string[] = [],
  folder?: string,
): Promise<System> {
  const dataDir = folder ?? (await newFolder());
  const child = spawn(
    process.execPath,
    ["main.ts", "up", "--data", dataDir, "--port", "0", "--no-demo-data", ...args],
    {
      cwd: ROOT,
      env: { ...process.env, ATES_DEMO_PASSWORD: PASSWORD, ATES_PARTITIONS: "4", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const running = await until(
    async () => {
      if (child.exitCode !== null) throw new Error(`the system ended with ${child.exitCode}: ${output}`);
      return readRunning(dataDir);
    },
    "the system runs",
    60_000,
  );
  return {
    ...running,
    process: child,
    output: () => output,
    async stop() {
      if (child.exitCode === null) child.kill("SIGTERM");
      const code = await ended;
      if (folder === undefined) await rm(dataDir, { recursive: true, force: true });
      return code;
    },
  };
}
