/**
 * Postgres as the edge uses it: the pool behind a heartbeat on a connection of its own, so that a full pool is not taken
 * for a lost server, nor a lost server for a full pool.
 */
import { Client, type Pool, type PoolConfig } from "pg";
import type { Logger } from "pino";
import { Heartbeat } from "./heartbeat.ts";

export type Database = Pick<Pool, "query" | "connect">;

const CONNECT_TIMEOUT_MS = 2_000;

export interface GuardedDatabase {
  readonly database: Database;
  readonly heartbeat: Heartbeat;
  close(): void;
}

export function guardDatabase(pool: Pool, logger: Logger): GuardedDatabase {
  const probe = new Probe(pool.options);
  const heartbeat = new Heartbeat({
    part: "Postgres",
    logger,
    beat: () => probe.ask(),
    renew: () => probe.drop(),
  });
  const database = {
    query: (...args: Parameters<Pool["query"]>) =>
      heartbeat.guard(() => pool.query(...args) as unknown as Promise<unknown>),
    connect: () => heartbeat.guard(() => pool.connect()),
  } as unknown as Database;
  const close = () => {
    heartbeat.stop();
    probe.drop();
  };
  return { database, heartbeat, close };
}

class Probe {
  readonly #options: PoolConfig;
  #client: Client | undefined;

  constructor(options: PoolConfig) {
    this.#options = options;
  }

  async ask(): Promise<void> {
    const client = this.#client ?? (await this.#connect());
    try {
      await client.query("select 1");
    } catch (error) {
      this.drop();
      throw error;
    }
  }

  drop(): void {
    const client = this.#client;
    this.#client = undefined;
    client?.end().catch(() => undefined);
  }

  async #connect(): Promise<Client> {
    // The pool's own object: a copy would lose the password, which pg hides from enumeration.
    const client = new Client(this.#options);
    client.on("error", () => this.#client === client && this.drop());
    const timer = setTimeout(() => void client.end().catch(() => undefined), CONNECT_TIMEOUT_MS);
    try {
      await client.connect();
    } finally {
      clearTimeout(timer);
    }
    this.#client = client;
    return client;
  }
}
