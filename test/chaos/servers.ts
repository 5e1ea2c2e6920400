/** Postgres and Redis of a chaos run: real ones, that can be killed, restarted, emptied and set back. */
import { randomInt } from "node:crypto";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isPortFree } from "../../ops/embedded/free-port.ts";
import { startPostgres } from "../../ops/embedded/postgres.ts";
import { type EmbeddedServer, startRedis } from "../../ops/embedded/redis.ts";
import { isAlive, type ServerLog } from "../../ops/embedded/server-process.ts";

const silent: ServerLog = { info: () => {}, warn: () => {}, error: () => {} };

/**
 * Below the ports that the kernel gives to outgoing connections: whoever keeps on connecting to a port of that range
 * while its server is away may at last be connected to itself.
 */
export async function quietPort(): Promise<number> {
  for (;;) {
    const port = randomInt(12_000, 30_000);
    if (await isPortFree(port)) return port;
  }
}

export class Servers {
  readonly #folder: string;
  #postgres: EmbeddedServer;
  #redis: EmbeddedServer;

  private constructor(folder: string, postgres: EmbeddedServer, redis: EmbeddedServer) {
    this.#folder = folder;
    this.#postgres = postgres;
    this.#redis = redis;
  }

  static async start(folder: string): Promise<Servers> {
    const [postgresPort, redisPort] = [await quietPort(), await quietPort()];
    const [postgres, redis] = await Promise.all([
      startPostgres({ dataDir: join(folder, "postgres"), log: silent, port: postgresPort }),
      startRedis({ dataDir: join(folder, "redis"), log: silent, port: redisPort }),
    ]);
    return new Servers(folder, postgres, redis);
  }

  get databaseUrl(): string {
    return this.#postgres.url;
  }

  get redisUrl(): string {
    return this.#redis.url;
  }

  get postgresPort(): number {
    return this.#postgres.port;
  }

  get redisPort(): number {
    return this.#redis.port;
  }

  async stop(): Promise<void> {
    await Promise.all([this.#postgres.stop(), this.#redis.stop()]);
  }

  /** Immediate mode: no word to anybody, no checkpoint; the log is recovered at the start. Resolves when it answers. */
  async restartPostgres(): Promise<void> {
    await end(this.#postgres.pid, "SIGQUIT");
    const { port } = this.#postgres;
    this.#postgres = await startPostgres({ dataDir: join(this.#folder, "postgres"), log: silent, port });
  }

  async restartRedisEmpty(): Promise<void> {
    await this.#restartRedis(() => rm(this.#log, { recursive: true, force: true }));
  }

  /** What Redis holds now, for `restartRedisFromSnapshot`: its append-only file may end in the middle of a command. */
  async takeSnapshot(): Promise<void> {
    await rm(this.#snapshot, { recursive: true, force: true });
    await cp(this.#log, this.#snapshot, { recursive: true });
  }

  /** Everything since the snapshot is lost. */
  async restartRedisFromSnapshot(): Promise<void> {
    await this.#restartRedis(async () => {
      await rm(this.#log, { recursive: true, force: true });
      await cp(this.#snapshot, this.#log, { recursive: true });
    });
  }

  /** Redis stands still with its memory. */
  async freezeRedis(ms: number): Promise<void> {
    process.kill(this.#redis.pid, "SIGSTOP");
    await sleep(ms);
    process.kill(this.#redis.pid, "SIGCONT");
  }

  get #log(): string {
    return join(this.#folder, "redis", "appendonlydir");
  }

  get #snapshot(): string {
    return join(this.#folder, "redis-snapshot");
  }

  async #restartRedis(between: () => Promise<void>): Promise<void> {
    const { pid, port } = this.#redis;
    await end(pid, "SIGKILL");
    await between();
    this.#redis = await startRedis({ dataDir: join(this.#folder, "redis"), log: silent, port });
  }
}

async function end(pid: number, signal: NodeJS.Signals): Promise<void> {
  process.kill(pid, signal);
  while (isAlive(pid)) await sleep(10);
}
