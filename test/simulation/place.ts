/**
 * A place where a host runs: one life after another, each the production's host with every actor kind, on simulated
 * servers. What happens to the ways to those servers happens to this place alone.
 */
import { trace } from "@opentelemetry/api";
import type { Logger } from "pino";
import { Host, type HostLimits } from "../../actors/runtime/host.ts";
import { noMetrics } from "../../actors/runtime/metrics.ts";
import type { PartitionLimits } from "../../actors/runtime/partition-options.ts";
import { ACTORS } from "../../ops/roles/worker.ts";
import type { Company } from "../../schemas/company.ts";
import type { Kind } from "../../streams/topology.ts";
import { actorOf } from "./actors.ts";
import { gatewaysOf, type Outside } from "./gateways.ts";
import { Life } from "./life.ts";
import { Link } from "./link.ts";
import type { Random } from "./random.ts";
import { simulatedRedis } from "./redis/client.ts";
import type { RedisServer } from "./redis/server.ts";
import type { Scheduler } from "./scheduler.ts";
import type { SimulatedDatabase } from "./store/database.ts";
import { hostStore, runtimeStore } from "./store/ports.ts";
import type { Stumbling } from "./stumbling.ts";

export interface Surroundings {
  readonly scheduler: Scheduler;
  readonly company: Company;
  readonly database: SimulatedDatabase;
  readonly redis: RedisServer;
  readonly outside: Outside;
  readonly stumbling: Stumbling;
  readonly logger: Logger;
  readonly limits: HostLimits & PartitionLimits;
}

export interface Links {
  readonly postgres: Link;
  readonly redis: Link;
  readonly payment: Link;
  readonly mail: Link;
  readonly webhook: Link;
}

const DOWN_MIN_MS = 100;
const DOWN_MAX_MS = 5_000;
/** Clocks of machines that nobody sets. */
const SKEW_MAX_MS = 5_000;

export class Place {
  readonly name: string;
  readonly links: Links;
  readonly #around: Surroundings;
  readonly #random: Random;
  #lives = 0;
  #life: Life | undefined;
  #host: Host | undefined;

  constructor(name: string, around: Surroundings, random: Random) {
    this.name = name;
    this.#around = around;
    this.#random = random;
    const link = (to: string) => new Link(to, random.fork(to));
    this.links = {
      postgres: link("postgres"),
      redis: link("redis"),
      payment: link("payment"),
      mail: link("mail"),
      webhook: link("webhook"),
    };
  }

  get life(): Life | undefined {
    return this.#life;
  }

  get isUp(): boolean {
    return this.#life !== undefined && this.#life.state !== "dead";
  }

  /** A new process. Whenever it ends, and however, its supervisor starts another some time later. */
  start(): void {
    if (this.isUp) return;
    this.#lives += 1;
    const life = new Life(`${this.name}.${this.#lives}`, this.#around.scheduler, () => this.#startAgain());
    life.skewMs = this.#random.between(-SKEW_MAX_MS, SKEW_MAX_MS);
    this.#life = life;
    const host = this.#newHost(life);
    this.#host = host;
    this.#around.scheduler.trace(`${life.name} starts`);
    host.start().catch(() => life.crash());
  }

  crash(): void {
    this.#life?.crash();
  }

  /** SIGTERM: the process ends when the host has drained. */
  stop(): void {
    const [life, host] = [this.#life, this.#host];
    if (life === undefined || host === undefined || life.state !== "running") return;
    this.#around.scheduler.trace(`${life.name} drains`);
    void host.stop().then(() => life.crash());
  }

  #startAgain(): void {
    this.#around.scheduler.after(this.#random.between(DOWN_MIN_MS, DOWN_MAX_MS), () => this.start());
  }

  #newHost(life: Life): Host {
    const { scheduler, company, database, redis, outside, stumbling, logger, limits } = this.#around;
    const id = this.#random.uuid(scheduler.wallMs);
    const io = <T>(label: string, effect: () => T) => life.io(this.links.postgres, label, effect);
    const store = runtimeStore(database, id, io);
    const connect = simulatedRedis({ server: redis, scheduler, link: this.links.redis, life });
    const gateways = gatewaysOf(outside, life, this.links);
    const common = { store, connect, clock: life.clock, logger, metrics: noMetrics, limits };
    return new Host({
      ...common,
      id,
      name: life.name,
      kinds: new Set(Object.keys(ACTORS) as Kind[]),
      hosts: hostStore(database, io),
      partition: (lease, delivery) => ({
        ...common,
        lease,
        actor: actorOf(lease.kind, stumbling, life),
        company,
        delivery,
        gateways,
        tracer: trace.getTracer("simulation"),
      }),
    });
  }
}
