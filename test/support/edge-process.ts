/** An edge as a process of its own, on the servers of a world, started as an operator starts it. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { until, type World } from "./world.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const LISTENS = /"port":(\d+)\},"metrics"/;

export interface EdgeProcess {
  readonly child: ChildProcess;
  readonly baseUrl: string;
  /** Asks it to end, and resolves with its exit code. */
  stop(): Promise<number | null>;
}

export async function startEdgeProcess(
  { databaseUrl, redisUrl }: World,
  env: Readonly<Record<string, string>> = {},
): Promise<EdgeProcess> {
  const urls = { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl };
  const child = spawn(process.execPath, ["main.ts", "edge"], {
    cwd: ROOT,
    env: { ...process.env, ...urls, ATES_HTTP_HOST: "127.0.0.1", ATES_HTTP_PORT: "0", ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let output = "";
  child.stderr.on("data", (chunk) => {
    output += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const stop = () => {
    child.kill("SIGTERM");
    return ended;
  };
  const listens = async () => {
    if (child.exitCode !== null) throw new Error(`the edge ended with ${child.exitCode}: ${output}`);
    return LISTENS.exec(output)?.[1];
  };
  const port = await until(listens, "the edge listens", 60_000).catch(async (error) => {
    await stop();
    throw error;
  });
  return { child, baseUrl: `http://127.0.0.1:${port}`, stop };
}
