/** What the servers and processes of a system have done so far, by their own counters. */
import type pg from "pg";
import { postgresPool } from "../actors/runtime/postgres.ts";
import { ready, redisFactory } from "../streams/connection.ts";
import type { BenchServers } from "./bench-servers.ts";
import type { Figures } from "./figures.ts";
import type { OurSystem } from "./our-system.ts";
import { costOfTree } from "./process-tree.ts";
import { stopAtEnd } from "./stop-order.ts";

const KIB = 1_024;
/** Postgres tells what its backends have done a second later at the latest. */
export const TOLD_AFTER_MS = 1_500;

/** Nothing of these stays: facts wait here until all who act on them have them. */
const PASSING = ["outbox", "later"];

export class Counters {
  readonly #servers: BenchServers;
  readonly #system: OurSystem;
  readonly #pool: pg.Pool;

  constructor(servers: BenchServers, system: OurSystem) {
    this.#servers = servers;
    this.#system = system;
    this.#pool = postgresPool(system.databaseUrl, 1, () => {});
    stopAtEnd(() => this.#pool.end());
  }

  /** Statements, fsyncs of the log, KiB, calls and milliseconds of CPU since each began. */
  async read(): Promise<Figures> {
    return { ...(await this.#ofPostgres()), ...(await this.#ofRedis()), ...this.#ofProcesses() };
  }

  /** Of the system's database. A statement is a transaction here, for nobody sends more than one in any. */
  async #ofPostgres(): Promise<Figures> {
    const { rows } = await this.#pool.query<Record<string, string>>(
      `select (select xact_commit from pg_stat_database where datname = current_database()) as statements,
              (select sum(fsyncs) from pg_stat_io where object = 'wal') as fsyncs,
              (select wal_bytes from pg_stat_wal) as wal,
              (select sum(pg_total_relation_size(relid)) from pg_stat_user_tables
                where relname <> all($1::text[])) as kept`,
      [PASSING],
    );
    const { statements, fsyncs, wal, kept } = rows[0] ?? {};
    return {
      "Postgres statements": Number(statements),
      fsyncs: Number(fsyncs),
      "log KiB": Number(wal) / KIB,
      "kept KiB": Number(kept) / KIB,
    };
  }

  async #ofRedis(): Promise<Figures> {
    const redis = await ready(redisFactory(this.#system.redisUrl, () => {})("commands"));
    const info = await redis.info("stats");
    redis.disconnect();
    const told = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1] ?? Number.NaN);
    return {
      "Redis calls": told("total_commands_processed"),
      "to Redis KiB": told("total_net_input_bytes") / KIB,
      "from Redis KiB": told("total_net_output_bytes") / KIB,
    };
  }

  #ofProcesses(): Figures {
    const cpuMs = (pids: readonly number[]) =>
      pids.reduce((sum, pid) => sum + costOfTree(pid).cpuSeconds, 0) * 1_000;
    return {
      "edge ms": cpuMs([this.#system.edgePid]),
      "worker ms": cpuMs(this.#system.workerPids),
      "Postgres ms": cpuMs([this.#servers.postgresPid]),
      "Redis ms": cpuMs([this.#servers.redisPid]),
    };
  }
}
