/** What was measured on: the machine, and the versions of everything that takes part. */
import { readFile } from "node:fs/promises";
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from "node:os";
import { postgresPool } from "../actors/runtime/postgres.ts";
import { ready, redisFactory } from "../streams/connection.ts";
import type { BenchServers } from "./bench-servers.ts";

export interface Machine {
  readonly facts: readonly (readonly [name: string, value: string])[];
}

export async function describeMachine(servers: BenchServers): Promise<Machine> {
  const gib = (totalmem() / 2 ** 30).toFixed(0);
  return {
    facts: [
      ["Processor", `${cpus()[0]?.model.trim() ?? "unknown"}, ${availableParallelism()} cores`],
      ["Memory", `${gib} GiB`],
      ["System", `${platform()} ${release()} ${arch()}`],
      ["Load when it began", loadavg()[0]?.toFixed(2) ?? "unknown"],
      ["Node", process.version],
      ["Postgres", await postgresVersion(servers.postgresUrl)],
      ["Redis", await redisVersion(servers.redisUrl)],
      ["Peers", await peerVersions()],
    ],
  };
}

async function postgresVersion(url: string): Promise<string> {
  const pool = postgresPool(url, 1, () => {});
  const { rows } = await pool.query<{ version: string; fsync: string; commit: string }>(
    `select current_setting('server_version') as version, current_setting('fsync') as fsync,
            current_setting('synchronous_commit') as commit`,
  );
  await pool.end();
  return `${rows[0]?.version}, fsync ${rows[0]?.fsync}, synchronous_commit ${rows[0]?.commit}`;
}

async function redisVersion(url: string): Promise<string> {
  const redis = await ready(redisFactory(url, () => {})("commands"));
  const version = /redis_version:(\S+)/.exec(await redis.info("server"))?.[1] ?? "unknown";
  const [, fsync] = (await redis.config("GET", "appendfsync")) as string[];
  redis.disconnect();
  return `${version}, appendonly yes, appendfsync ${fsync}`;
}

async function peerVersions(): Promise<string> {
  const text = await readFile(new URL("peers/package.json", import.meta.url), "utf8");
  const { dependencies } = JSON.parse(text) as { dependencies: Record<string, string> };
  const drivers = new Set(["pg", "ioredis"]);
  return Object.entries(dependencies)
    .filter(([name]) => !drivers.has(name))
    .map(([name, version]) => `${name} ${version}`)
    .join(", ");
}
