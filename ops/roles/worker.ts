/** The worker: a host with every actor kind, its stores and gateways, composed from the configuration. */
import { hostname } from "node:os";
import type { Tracer } from "@opentelemetry/api";
import type pg from "pg";
import type { Logger } from "pino";
import { account } from "../../actors/account/actor.ts";
import { accountStore } from "../../actors/account/store.ts";
import { analytics } from "../../actors/analytics/actor.ts";
import { analyticsStore } from "../../actors/analytics/store.ts";
import { bookkeeper } from "../../actors/bookkeeper/actor.ts";
import { bookkeeperStore } from "../../actors/bookkeeper/store.ts";
import { dayClose } from "../../actors/day-close/actor.ts";
import { dayStore } from "../../actors/day-close/store.ts";
import { directory } from "../../actors/directory/actor.ts";
import { directoryStore } from "../../actors/directory/store.ts";
import { mailer } from "../../actors/mailer/actor.ts";
import { mailerStore } from "../../actors/mailer/store.ts";
import { payment } from "../../actors/payment/actor.ts";
import { paymentStore } from "../../actors/payment/store.ts";
import type { Actor } from "../../actors/runtime/actor.ts";
import type { ActorStore } from "../../actors/runtime/actor-store.ts";
import type { Gateways } from "../../actors/runtime/agenda.ts";
import { systemClock } from "../../actors/runtime/clock.ts";
import type { Entities, Entity } from "../../actors/runtime/entities.ts";
import { Host } from "../../actors/runtime/host.ts";
import type { RuntimeMetrics } from "../../actors/runtime/metrics.ts";
import type { PartitionLimits } from "../../actors/runtime/partition-options.ts";
import { PostgresHostStore } from "../../actors/runtime/postgres-host-store.ts";
import { PostgresStore } from "../../actors/runtime/postgres-store.ts";
import { scheduler } from "../../actors/scheduler/actor.ts";
import { schedulerStore } from "../../actors/scheduler/store.ts";
import { taskBoard } from "../../actors/task-board/actor.ts";
import { boardStore } from "../../actors/task-board/store.ts";
import { webhook } from "../../actors/webhook/actor.ts";
import { webhookStore } from "../../actors/webhook/store.ts";
import type { Company } from "../../schemas/company.ts";
import { newUuid } from "../../schemas/ids.ts";
import type { RedisFactory } from "../../streams/connection.ts";
import type { Kind } from "../../streams/topology.ts";
import type { Config } from "../config.ts";

type AnyActor = Actor<Entity, Entities<Entity>>;

/** Every kind with its store. The casts forget each kind's own entities: the runtime only carries them. */
export const ACTORS: Readonly<Record<Kind, { actor: AnyActor; store: ActorStore<Entity> }>> = {
  directory: of(directory, directoryStore),
  "task-board": of(taskBoard, boardStore),
  bookkeeper: of(bookkeeper, bookkeeperStore),
  account: of(account, accountStore),
  "day-close": of(dayClose, dayStore),
  payment: of(payment, paymentStore),
  mailer: of(mailer, mailerStore),
  analytics: of(analytics, analyticsStore),
  scheduler: of(scheduler, schedulerStore),
  webhook: of(webhook, webhookStore),
};

function of<E extends Entity, S extends Entities<E>>(actor: Actor<E, S>, store: ActorStore<E>) {
  return { actor: actor as unknown as AnyActor, store: store as unknown as ActorStore<Entity> };
}

/**
 * Kinds whose entities are done with when their payout, their mail or their batch is: to keep them all was 250 MB of a
 * close of 100,000.
 */
const FORGETFUL: ReadonlySet<Kind> = new Set<Kind>(["payment", "mailer", "analytics", "webhook"]);
const FORGETFUL_HOT_MAX = 1_000;

function limitsOf(kind: Kind, config: Config): PartitionLimits {
  const hotEntitiesMax = Math.min(config.hotEntitiesMax, FORGETFUL_HOT_MAX);
  return FORGETFUL.has(kind) ? { ...config, hotEntitiesMax } : config;
}

export interface WorkerOptions {
  readonly config: Config;
  readonly company: Company;
  readonly pool: pg.Pool;
  /** For the host's beats and looks; the same pool unless told. */
  readonly beats?: Pick<pg.Pool, "query">;
  readonly cutConnections?: () => void;
  readonly connect: RedisFactory;
  readonly gateways: Gateways;
  readonly tracer: Tracer;
  readonly logger: Logger;
  readonly metrics: RuntimeMetrics;
  /** The kinds it may own; all of them unless told. */
  readonly kinds?: ReadonlySet<Kind>;
}

export function createWorker(options: WorkerOptions): Host {
  const { config, company, pool, connect, gateways, tracer, logger, metrics } = options;
  const id = newUuid();
  const stores = Object.fromEntries(Object.entries(ACTORS).map(([kind, each]) => [kind, each.store]));
  const store = new PostgresStore(pool, stores, id);
  const clock = systemClock;
  return new Host({
    id,
    name: `${hostname()}/${process.pid}`,
    kinds: options.kinds ?? new Set(Object.keys(ACTORS) as Kind[]),
    hosts: new PostgresHostStore(pool, options.beats),
    store,
    connect,
    clock,
    logger,
    metrics,
    limits: config,
    ...(options.cutConnections === undefined ? {} : { cutConnections: options.cutConnections }),
    partition: (lease, delivery) => {
      const { actor } = ACTORS[lease.kind];
      return {
        lease,
        actor,
        store,
        company,
        connect,
        delivery,
        gateways,
        clock,
        tracer,
        logger,
        metrics,
        limits: limitsOf(lease.kind, config),
      };
    },
  });
}
