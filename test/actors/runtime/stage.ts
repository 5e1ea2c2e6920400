/**
 * Hosts of a test with one piece exchanged: an actor, a store, a gateway, the lease's times. Everything else is the
 * production's. A stage is a world with such hosts; its end stops them.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { trace } from "@opentelemetry/api";
import type pg from "pg";
import type { Actor } from "../../../actors/runtime/actor.ts";
import type { ActorStore } from "../../../actors/runtime/actor-store.ts";
import type { Gateways } from "../../../actors/runtime/agenda.ts";
import { systemClock } from "../../../actors/runtime/clock.ts";
import type { Entities, Entity } from "../../../actors/runtime/entities.ts";
import { Host, type HostLimits } from "../../../actors/runtime/host.ts";
import { noMetrics } from "../../../actors/runtime/metrics.ts";
import type { PartitionLimits } from "../../../actors/runtime/partition-options.ts";
import { PostgresHostStore } from "../../../actors/runtime/postgres-host-store.ts";
import { PostgresStore } from "../../../actors/runtime/postgres-store.ts";
import type { RuntimeStore } from "../../../actors/runtime/store.ts";
import { isSettled, readUnsettled } from "../../../ops/lag.ts";
import { ACTORS } from "../../../ops/roles/worker.ts";
import type { Company } from "../../../schemas/company.ts";
import { newUuid, type Uuid } from "../../../schemas/ids.ts";
import type { RedisFactory } from "../../../streams/connection.ts";
import type { Kind } from "../../../streams/topology.ts";
import { TAKEN_MAILS } from "../../support/taken-mails.ts";
import { newWorld, until, type World } from "../../support/world.ts";

export type AnyActor = Actor<Entity, Entities<Entity>>;

export interface Changes {
  readonly id?: Uuid;
  readonly kinds?: readonly Kind[];
  readonly company?: Company;
  readonly pool?: pg.Pool;
  readonly connect?: RedisFactory;
  readonly gateways?: Gateways;
  readonly actors?: Partial<Record<Kind, AnyActor>>;
  readonly stores?: Partial<Record<Kind, ActorStore<Entity>>>;
  readonly limits?: Partial<HostLimits & PartitionLimits>;
  readonly store?: (real: RuntimeStore) => RuntimeStore;
  readonly fenced?: (kind: Kind) => void;
}

const ALL = Object.keys(ACTORS) as Kind[];

export class Stage {
  readonly world: World;
  readonly #hosts: Host[] = [];

  constructor(world: World) {
    this.world = world;
  }

  static async open(env: Record<string, string> = {}): Promise<Stage> {
    return new Stage(await newWorld(env));
  }

  /** A host that is not started. */
  host(changes: Changes = {}): Host {
    const { config, connect, logger } = this.world;
    const id = changes.id ?? newUuid();
    const pool = changes.pool ?? this.world.pool;
    const stores = Object.fromEntries(
      ALL.map((kind) => [kind, changes.stores?.[kind] ?? ACTORS[kind].store]),
    );
    const real = new PostgresStore(pool, stores, id);
    const store = changes.store?.(real) ?? real;
    const limits = { ...config, ...changes.limits };
    const metrics = { ...noMetrics, ...(changes.fenced === undefined ? {} : { fenced: changes.fenced }) };
    const host = new Host({
      id,
      name: `test/${id}`,
      kinds: new Set(changes.kinds ?? ALL),
      hosts: new PostgresHostStore(pool),
      store,
      connect: changes.connect ?? connect,
      clock: systemClock,
      logger,
      metrics,
      limits,
      partition: (lease, delivery) => ({
        lease,
        actor: changes.actors?.[lease.kind] ?? ACTORS[lease.kind].actor,
        store,
        company: changes.company ?? this.world.company,
        connect: changes.connect ?? connect,
        delivery,
        gateways: { ...TAKEN_MAILS, ...changes.gateways },
        clock: systemClock,
        tracer: trace.getTracer("test"),
        logger,
        limits,
        metrics,
      }),
    });
    this.#hosts.push(host);
    return host;
  }

  async start(changes: Changes = {}): Promise<Host> {
    const host = this.host(changes);
    await host.start();
    return host;
  }

  async stopAll(): Promise<void> {
    for (const host of this.#hosts.splice(0)) await host.stop();
  }

  async end(): Promise<void> {
    await this.stopAll();
    await this.world.end();
  }

  /** Until nothing is under way any more. */
  async settled(deadlineMs = 60_000): Promise<void> {
    await until(async () => isSettled(await readUnsettled(this.world.pool)), "all is applied", deadlineMs);
  }

  async rows<T extends pg.QueryResultRow>(sql: string, params: unknown[] = []): Promise<T[]> {
    return (await this.world.pool.query<T>(sql, params)).rows;
  }

  async count(sql: string, params: unknown[] = []): Promise<number> {
    return (await this.world.pool.query(sql, params)).rowCount ?? 0;
  }

  /** The sum over the whole ledger: 0, or money was made or lost. */
  async sum(): Promise<number> {
    const [row] = await this.rows<{ sum: string }>(
      `select coalesce((select sum(balance) from accounts), 0)
            + coalesce((select sum(balance) from house_accounts), 0) as sum`,
    );
    return Number(row?.sum);
  }
}

/** Passes everything on to the real store but what the test puts in its place. */
export function storeWith(
  changes: (real: RuntimeStore) => Partial<RuntimeStore>,
): (real: RuntimeStore) => RuntimeStore {
  return (real) => ({
    acquire: (kind, partition, epoch) => real.acquire(kind, partition, epoch),
    release: (lease) => real.release(lease),
    open: (lease) => real.open(lease),
    load: (lease, keys) => real.load(lease, keys),
    page: (lease, request) => real.page(lease, request),
    decided: (ids) => real.decided(ids),
    calls: (lease, ids) => real.calls(lease, ids),
    letters: (lease, actor, limit) => real.letters(lease, actor, limit),
    asked: (lease, ids) => real.asked(lease, ids),
    hold: (lease, positions) => real.hold(lease, positions),
    suspect: (lease, position) => real.suspect(lease, position),
    commit: (lease, writes) => real.commit(lease, writes),
    ...changes(real),
  });
}

/** A store that takes no partition of the kinds in `closed`, until they leave the set. */
export function gate(closed: ReadonlySet<Kind>): (real: RuntimeStore) => RuntimeStore {
  return storeWith((real) => ({
    acquire: async (kind, partition, epoch) =>
      closed.has(kind) ? undefined : real.acquire(kind, partition, epoch),
  }));
}

export { sleep };
