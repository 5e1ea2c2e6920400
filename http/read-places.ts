/**
 * Where a read is done when there is a replica (EDGE-3).
 *
 * 1. From the replica, unless it lacks what the caller has written: then from the primary. Nobody waits for a replica.
 * 2. While one of the two does not answer, all from the other. What a replica shows while the primary is away says of
 *    when it is (`ATES-As-Of`).
 * 3. What the feed tells can be read: it is passed on when the replica has it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Pool } from "pg";
import type { Database } from "./database.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { OwnWrites } from "./own-writes.ts";
import type { Replica } from "./replica.ts";
import type { Route, RouteReply, RouteRequest } from "./route.ts";
import type { SharedQuestion } from "./shared-question.ts";
import { isUnavailable } from "./unavailable.ts";

export const AS_OF = "ATES-As-Of";

export interface ReadPlacesOptions {
  readonly primary: Heartbeat;
  readonly replica: Replica;
  readonly written: SharedQuestion<number>;
  readonly writes: OwnWrites;
}

const FEED_WAITS_MS_MAX = 2_000;
const FEED_LOOKS_EVERY_MS = 10;

type Handle = Route["handle"];

export class ReadPlaces {
  readonly #o: ReadPlacesOptions;

  constructor(options: ReadPlacesOptions) {
    this.#o = options;
  }

  /** For routes that may write. */
  readonly noting = (route: Route): Route => this.#o.writes.noting(route);

  /** The same routes twice, made for each of the two: what they read is read where this says. */
  placed(onPrimary: readonly Route[], onReplica: readonly Route[]): Route[] {
    return onPrimary.map((route, at) => {
      const there = onReplica[at]?.handle;
      if (route.method !== "GET" || there === undefined) return route;
      return { ...route, handle: (request) => this.#read(request, route.handle, there) };
    });
  }

  /** For what the edge itself reads from the primary and can do without its newest: keys, who was disabled. */
  orReplica(database: Database): Database {
    const query = async (...args: Parameters<Pool["query"]>): Promise<unknown> => {
      try {
        return await database.query(...args);
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        return this.replica.query(...args);
      }
    };
    return { query, connect: () => database.connect() } as unknown as Database;
  }

  get replica(): Database {
    const { database, heartbeat } = this.#o.replica;
    const pool: Pool = database.client.config.connectionPool;
    const query = (...args: Parameters<Pool["query"]>) =>
      heartbeat.guard(() => pool.query(...args) as unknown as Promise<unknown>);
    return { query, connect: () => heartbeat.guard(() => pool.connect()) } as unknown as Database;
  }

  /** Resolves when what is known now can be read. */
  readonly readable = async (): Promise<void> => {
    const { primary, replica, written } = this.#o;
    if (!primary.use() || !replica.heartbeat.use()) return;
    const place = await written.ask().catch(() => 0);
    const untilMs = performance.now() + FEED_WAITS_MS_MAX;
    while (!(await replica.has(place)) && replica.heartbeat.up && performance.now() < untilMs)
      await sleep(FEED_LOOKS_EVERY_MS);
  };

  async #read(request: RouteRequest, onPrimary: Handle, onReplica: Handle): Promise<RouteReply> {
    const { primary, replica } = this.#o;
    const fromReplica = () => this.#dated(() => onReplica(request));
    const isReplicas = await this.#isForReplica(request);
    const [first, second] = isReplicas
      ? [fromReplica, () => onPrimary(request)]
      : [() => onPrimary(request), fromReplica];
    try {
      return await first();
    } catch (error) {
      const other = isReplicas ? primary : replica.heartbeat;
      if (!isUnavailable(error) || !other.up) throw error;
      return second();
    }
  }

  async #isForReplica(request: RouteRequest): Promise<boolean> {
    const { primary, replica, writes } = this.#o;
    const isThere = replica.heartbeat.use();
    if (!primary.use() || !isThere) return isThere;
    if (replica.isFarBehind) return false;
    const place = await writes.seenBy(request);
    if (place === 0) return true;
    const isSeen = await replica.has(place);
    if (isSeen) writes.forget(request);
    return isSeen;
  }

  /** The time is asked for first: what is read may be newer than it, never older. */
  async #dated(read: () => Promise<RouteReply>): Promise<RouteReply> {
    if (this.#o.primary.up) return read();
    const asOf = await this.#o.replica.asOf();
    const reply = await read();
    return { ...reply, headers: { ...reply.headers, [AS_OF]: asOf } };
  }
}
