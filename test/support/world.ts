/**
 * A world of its own for a test: a fresh database and a fresh Redis database of the run's servers, an installation, and
 * as many workers and edges as the test wants, all of them the production's.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { trace } from "@opentelemetry/api";
import type { Redis } from "ioredis";
import type pg from "pg";
import { type Logger, pino } from "pino";
import type { Gateways } from "../../actors/runtime/agenda.ts";
import type { Host } from "../../actors/runtime/host.ts";
import { noMetrics } from "../../actors/runtime/metrics.ts";
import { postgresPool } from "../../actors/runtime/postgres.ts";
import { type Config, readConfig } from "../../ops/config.ts";
import { install } from "../../ops/install.ts";
import { createWorker } from "../../ops/roles/worker.ts";
import type { Company } from "../../schemas/company.ts";
import { type RedisFactory, ready, redisFactory } from "../../streams/connection.ts";
import { freshDatabase } from "./database.ts";
import { testServers } from "./servers.ts";
import { TAKEN_MAILS } from "./taken-mails.ts";

const REDIS_DATABASES = 16;
let worlds = 0;

export interface World {
  readonly config: Config;
  readonly company: Company;
  readonly databaseUrl: string;
  /** A folder of its own; gone at the end. */
  readonly folder: string;
  readonly redisUrl: string;
  readonly pool: pg.Pool;
  readonly redis: Redis;
  readonly connect: RedisFactory;
  readonly logger: Logger;
  worker(gateways?: Gateways): Promise<Host>;
  /** An edge on a free port; answers its base URL. */
  edge(): Promise<string>;
  end(): Promise<void>;
}

/** `postgresUrl`: a server that the test may do harm to, instead of the run's. */
export async function newWorld(
  env: Record<string, string> = {},
  nowMs = Date.now(),
  postgresUrl?: string,
): Promise<World> {
  const servers = await testServers();
  const { databaseUrl, drop } = await freshDatabase(postgresUrl);
  const redisUrl = `${servers.redisUrl.replace(/\/\d*$/, "")}/${worlds++ % REDIS_DATABASES}`;
  const folder = await mkdtemp(join(tmpdir(), "ates-world-"));
  const config = readConfig({
    ATES_PARTITIONS: "4",
    ATES_BEAT_EVERY_MS: "200",
    ATES_LEASE_TTL_MS: "1500",
    ATES_KEEP_EVERY_MS: "200",
    ...env,
  });
  const logger = pino({ level: process.env.ATES_TEST_LOG ?? "silent" });
  const pool = postgresPool(databaseUrl, 12, () => {});
  const connect = redisFactory(redisUrl, () => {});
  const redis = await ready(connect("commands"));
  await redis.flushdb();
  const company = await install(pool, config, nowMs, async () => "");
  const endings: (() => Promise<unknown>)[] = [];
  return {
    config,
    company,
    databaseUrl,
    folder,
    redisUrl,
    pool,
    redis,
    connect,
    logger,
    async worker(gateways = {}) {
      const tracer = trace.getTracer("test");
      const host = createWorker({
        config,
        company,
        pool,
        connect,
        gateways: { ...TAKEN_MAILS, ...gateways },
        tracer,
        logger,
        metrics: noMetrics,
      });
      endings.push(() => host.stop());
      await host.start();
      return host;
    },
    async edge() {
      const { createEdgeRole } = await import("../../ops/roles/edge.ts");
      const role = createEdgeRole({
        config,
        databaseUrl,
        connect,
        company,
        logger,
        metrics: { observeRequest: () => {} },
      });
      endings.push(() => role.close());
      const { port } = await role.edge.listen(0, "127.0.0.1");
      return `http://127.0.0.1:${port}`;
    },
    async end() {
      for (const end of endings.reverse()) await end();
      redis.disconnect();
      await pool.end();
      drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Until the check answers something, or the deadline passes: no stop-watch, but a sign that it never will. */
export async function until<T>(
  check: () => Promise<T | undefined | false>,
  what: string,
  deadlineMs = 30_000,
): Promise<T> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const answer = await check();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > end) throw new Error(`${what}: not within ${deadlineMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
