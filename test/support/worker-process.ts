/** A worker as a process of its own, on the servers of a world: what SIGTERM, SIGSTOP and kill -9 are aimed at. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { until, type World } from "./world.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface WorkerProcess {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Resolves with the exit code, null after a kill. */
  readonly ended: Promise<number | null>;
}

export async function startWorkerProcess(
  world: World,
  smtpUrl: string,
  env: Readonly<Record<string, string>> = {},
): Promise<WorkerProcess> {
  const { config, databaseUrl, redisUrl } = world;
  const child = spawn(process.execPath, ["main.ts", "worker"], {
    cwd: ROOT,
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      SMTP_URL: smtpUrl,
      ATES_BEAT_EVERY_MS: String(config.beatEveryMs),
      ATES_LEASE_TTL_MS: String(config.leaseTtlMs),
      ATES_KEEP_EVERY_MS: String(config.keepEveryMs),
      ...env,
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let output = "";
  child.stderr.on("data", (chunk) => {
    output += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  await until(
    async () => {
      if (child.exitCode !== null) throw new Error(`the worker ended with ${child.exitCode}: ${output}`);
      const { rowCount } = await world.pool.query("select from hosts where name like '%/' || $1::text", [
        child.pid,
      ]);
      return rowCount === 1;
    },
    "the worker has joined",
    60_000,
  );
  return { child, output: () => output, ended };
}

/** How many partitions each living process holds, by pid. */
export async function partitionsByPid(world: World): Promise<ReadonlyMap<number, number>> {
  const { rows } = await world.pool.query<{ pid: number; count: number }>(
    `select split_part(name, '/', 2)::int as pid, count(*) as count
       from partitions join hosts on hosts.id = partitions.owner group by 1`,
  );
  return new Map(rows.map(({ pid, count }) => [pid, count]));
}
