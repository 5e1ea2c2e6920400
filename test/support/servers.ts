/**
 * The test run's servers: real Postgres and Redis, started once. `npm test` starts them and names them in the
 * environment; a test file run by itself starts its own, which end with the process.
 */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "../../ops/embedded/postgres.ts";
import { startRedis } from "../../ops/embedded/redis.ts";
import { copyCluster } from "./cluster.ts";

export interface TestServers {
  readonly postgresUrl: string;
  readonly redisUrl: string;
}

const log = { info: () => {}, warn: () => {}, error: () => {} };
let started: Promise<TestServers> | undefined;
let stop: (() => Promise<void>) | undefined;

export function testServers(): Promise<TestServers> {
  started ??= start();
  return started;
}

export async function stopTestServers(): Promise<void> {
  await stop?.();
}

async function start(): Promise<TestServers> {
  const { ATES_TEST_POSTGRES_URL: postgresUrl, ATES_TEST_REDIS_URL: redisUrl } = process.env;
  if (postgresUrl !== undefined && redisUrl !== undefined) return { postgresUrl, redisUrl };
  const folder = await mkdtemp(join(tmpdir(), "ates-test-"));
  await chmod(folder, 0o755); // as root the servers run as another user, who must get in
  await copyCluster(join(folder, "postgres"));
  const postgres = await startPostgres({ dataDir: join(folder, "postgres"), log });
  const redis = await startRedis({ dataDir: join(folder, "redis"), log });
  stop = async () => {
    await Promise.all([postgres.stop(), redis.stop()]);
    await rm(folder, { recursive: true, force: true });
  };
  return { postgresUrl: postgres.url, redisUrl: redis.url };
}
