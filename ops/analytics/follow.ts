/**
 * Analytics in a database of its own (ANALYTICS_DATABASE_URL): its rows are made there from the facts that are kept in the
 * installation's, so a report never loads the one that people wait for, and while it is away nobody waits for it.
 *
 * 1. How far a partition has come is committed with its rows, so a fact is taken once, whoever follows and however it ends.
 * 2. Any number of workers may follow: a partition whose place somebody holds is passed by.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { Logger } from "pino";
import type { Db } from "../../actors/runtime/actor-store.ts";
import { replay } from "./replay.ts";

export interface FollowerOptions {
  /** Where the facts are. */
  readonly pool: pg.Pool;
  /** Where the rows are made. */
  readonly own: pg.Pool;
  readonly partitions: number;
  readonly logger: Logger;
}

/** Sooner than anybody asks again. */
const LOOK_EVERY_MS = 500;
const RETRY_MS = 5_000;

export class AnalyticsFollower {
  readonly #o: FollowerOptions;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: FollowerOptions) {
    this.#o = options;
  }

  start(): void {
    this.#running ??= this.#loop();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const waitMs = await this.#round().then(
        () => LOOK_EVERY_MS,
        (error: unknown) => {
          this.#o.logger.warn({ err: error }, "analytics cannot follow; it is tried again");
          return RETRY_MS;
        },
      );
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #round(): Promise<void> {
    const { pool, own, partitions } = this.#o;
    for (const partition of await partitionsBehind(pool, own, partitions)) {
      if (this.#stopping.signal.aborted) return;
      await inTransaction(own, (client) => followToTheEnd(pool, client, partition, "skip locked"));
    }
  }
}

/**
 * In the caller's transaction, which then holds the partition's place. Answers the number of the last fact; undefined when
 * somebody else holds it and we do not wait.
 */
export async function followToTheEnd(
  pool: Db,
  client: Db,
  partition: number,
  unless: "skip locked" | "" = "",
): Promise<number | undefined> {
  await client.query("insert into analytics.followed values ($1, 0) on conflict do nothing", [partition]);
  const { rows } = await client.query<{ number: number }>(
    `select number from analytics.followed where partition = $1 for update ${unless}`,
    [partition],
  );
  if (rows[0] === undefined) return undefined;
  const number = await replay(pool, client, { partition, after: rows[0].number });
  await client.query("update analytics.followed set number = $2 where partition = $1", [partition, number]);
  return number;
}

/** One look at each of the two, however many partitions there are. */
async function partitionsBehind(pool: Db, own: Db, partitions: number): Promise<number[]> {
  const { rows: there } = await pool.query<{ partition: number; last: number | null }>(
    `select p as partition, (select max(number) from analytics.facts f where f.partition = p) as last
       from generate_series(0, $1::int - 1) as p`,
    [partitions],
  );
  const { rows } = await own.query<{ partition: number; number: number }>("table analytics.followed");
  const here = new Map(rows.map(({ partition, number }) => [partition, number]));
  return there.flatMap(({ partition, last }) =>
    (last ?? 0) > (here.get(partition) ?? 0) ? [partition] : [],
  );
}

async function inTransaction(pool: pg.Pool, work: (client: Db) => Promise<unknown>): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    await work(client);
    await client.query("commit");
    client.release();
  } catch (error) {
    client.release(error instanceof Error ? error : true);
    throw error;
  }
}
