/**
 * A host: a process that owns partitions. It beats, looks at who lives, takes what rendezvous hashing gives it and
 * hands over what it gives to others (G2: a clock only ever costs time here, never safety).
 *
 * created → starting → running → draining → stopped. On SIGTERM it says that it is draining, finishes the batches under
 * way, releases each partition and tells the others at once.
 */
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { Uuid } from "../../schemas/ids.ts";
import { type RedisFactory, ready } from "../../streams/connection.ts";
import { definePublish } from "../../streams/publish.ts";
import type { Kind } from "../../streams/topology.ts";
import type { Clock } from "./clock.ts";
import { Delivery } from "./delivery.ts";
import type { HostStore, PlacedPartition, View } from "./host-store.ts";
import type { RuntimeMetrics } from "./metrics.ts";
import { OutboxKeeper } from "./outbox-keeper.ts";
import { Partition, type PartitionOptions } from "./partition.ts";
import { targetOf } from "./placement.ts";
import { Fenced, type Lease, type RuntimeStore } from "./store.ts";

export interface HostLimits {
  /** How often a host beats and looks. */
  readonly beatEveryMs: number;
  /** A host silent for longer is taken for dead. Clocks give liveness; the epoch gives safety. */
  readonly leaseTtlMs: number;
  readonly keepEveryMs: number;
  readonly drainDeadlineMs: number;
}

export interface HostOptions {
  readonly id: Uuid;
  readonly name: string;
  readonly kinds: ReadonlySet<Kind>;
  readonly hosts: HostStore;
  readonly store: RuntimeStore;
  readonly connect: RedisFactory;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: RuntimeMetrics;
  readonly limits: HostLimits;
  /** Everything a partition needs that is not the host's own. */
  readonly partition: (lease: Lease, delivery: Delivery) => PartitionOptions;
}

interface Held {
  readonly partition: Partition;
  readonly ended: Promise<void>;
  /** Set when it is being given back: once, however many ask for it. */
  released?: Promise<void>;
}

type State = "created" | "starting" | "running" | "draining" | "stopped";

const PLACEMENT_CHANNEL = "ates:placement";
const PLACEMENT_FAILED = "placement failed; the next beat tries again";
/** To say good-bye in, when Postgres may be away: the lease's time does it then. */
const FAREWELL_MS = 2_000;
/** After a partition was lost for a reason other than the fence, wait before taking it again. */
const RETAKE_AFTER_MS = 500;

export class Host {
  readonly #o: HostOptions;
  readonly #redis: Redis;
  readonly #ears: Redis;
  readonly #delivery: Delivery;
  readonly #keeper: OutboxKeeper;
  readonly #owned = new Map<string, Held>();
  readonly #resting = new Map<string, number>();
  #state: State = "created";
  #stopped: Promise<void> | undefined;
  #cancelBeat: (() => void) | undefined;
  #cancelKeep: (() => void) | undefined;
  /** Every beat that is under way. */
  #beating: Promise<unknown> = Promise.resolve();
  #placing: Promise<void> = Promise.resolve();
  #nextPlacing: Promise<void> | undefined;

  constructor(options: HostOptions) {
    this.#o = options;
    this.#redis = options.connect("commands");
    definePublish(this.#redis);
    this.#ears = options.connect("subscriber");
    this.#keeper = new OutboxKeeper(options.hosts, this.#redis);
    this.#delivery = new Delivery(this.#redis, options.logger, this.#keeper.behind);
  }

  get state(): State {
    return this.#state;
  }

  get ownedCount(): number {
    return this.#owned.size;
  }

  /** Throws when Postgres or Redis is away, or `stop` comes first: then nothing of it runs on. */
  async start(): Promise<void> {
    this.#state = "starting";
    try {
      const { clock } = this.#o;
      await Promise.all([this.#redis, this.#ears].map((redis) => ready(redis, undefined, clock)));
      await this.#listen();
      this.#refuseWhenStopped(); // a beat after the good-bye would leave a host in the table that nobody is
      await this.#beat();
      this.#refuseWhenStopped();
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#state = "running";
    this.#beatAgain();
    this.#keepAgain();
    await this.#place().catch((error) => this.#o.logger.warn({ err: error }, PLACEMENT_FAILED));
    await this.#tellOthers();
  }

  #refuseWhenStopped(): void {
    if (this.#stopped !== undefined) throw new Error("the host was stopped while it started");
  }

  /** Drains: every call returns the same promise. It takes the drain's deadline and a little more at the longest. */
  stop(): Promise<void> {
    this.#stopped ??= this.#drain();
    return this.#stopped;
  }

  async #drain(): Promise<void> {
    const { clock, limits, hosts, id } = this.#o;
    this.#state = "draining";
    await within(clock, limits.drainDeadlineMs, this.#releaseAll());
    this.#state = "stopped";
    this.#cancelBeat?.();
    this.#cancelKeep?.();
    await this.#beating; // a beat that overtakes the leaving would bring this host back among the living
    await within(
      clock,
      FAREWELL_MS,
      hosts.leave(id).catch(() => undefined),
    );
    // The connection answers in order: with this answer everything it was given before is done.
    await this.#tellOthers();
    this.#ears.disconnect();
    this.#redis.disconnect();
  }

  async #releaseAll(): Promise<void> {
    await this.#beat().catch(() => undefined);
    await this.#tellOthers();
    await Promise.all([...this.#owned.keys()].map((name) => this.#release(name)));
  }

  async #listen(): Promise<void> {
    this.#ears.on("message", () => this.#placeSoon());
    this.#ears.on("ready", () => void this.#ears.subscribe(PLACEMENT_CHANNEL).catch(() => undefined));
    await this.#ears.subscribe(PLACEMENT_CHANNEL);
  }

  async #tellOthers(): Promise<void> {
    await this.#redis.publish(PLACEMENT_CHANNEL, this.#o.id).catch(() => undefined);
  }

  /**
   * Beats until it has left: also while it drains, or others would take for dead what finishes a gateway's call. Nothing
   * is waited for between two beats but the beat itself; placement has its own pace.
   */
  #beatAgain(): void {
    this.#cancelBeat = this.#o.clock.after(this.#o.limits.beatEveryMs, async () => {
      try {
        await this.#beat();
        this.#placeSoon();
      } catch (error) {
        this.#o.logger.warn({ err: error }, "Postgres does not answer; partitions wait for it");
      }
      if (this.#state !== "stopped") this.#beatAgain();
    });
  }

  #beat(): Promise<void> {
    const { hosts, id, name } = this.#o;
    const beat = hosts.beat(id, name, this.#state === "draining");
    this.#beating = Promise.allSettled([this.#beating, beat]);
    return beat;
  }

  #keepAgain(): void {
    this.#cancelKeep = this.#o.clock.after(this.#o.limits.keepEveryMs, async () => {
      const owned = [...this.#owned.values()].map(({ partition }) => partition);
      await this.#keeper.tick(owned, this.#o.clock.nowMs()).catch((error) => {
        this.#o.logger.warn({ err: error }, "keeping the outbox failed; it is tried again");
      });
      if (this.#state === "running") this.#keepAgain();
    });
  }

  #placeSoon(): void {
    this.#place().catch((error) => this.#o.logger.warn({ err: error }, PLACEMENT_FAILED));
  }

  /** One placement at a time: a look at everybody, then what follows from it. Whoever asks meanwhile shares the next. */
  #place(): Promise<void> {
    if (this.#nextPlacing !== undefined) return this.#nextPlacing;
    const next = this.#placing.then(() => {
      this.#nextPlacing = undefined;
      return this.#placeNow();
    });
    this.#nextPlacing = next;
    this.#placing = next.catch(() => undefined);
    return next;
  }

  async #placeNow(): Promise<void> {
    if (this.#state !== "running") return;
    const view = await this.#o.hosts.view(this.#o.limits.leaseTtlMs);
    if (!view.alive.has(this.#o.id)) return; // our own beat has not arrived: take nothing on a stale view
    await Promise.all(view.partitions.map((placed) => this.#settle(placed, view)));
    this.#reportOwned();
  }

  /** Releases are not waited for: a gateway's call may take its time, and other partitions must not wait for it. */
  async #settle(placed: PlacedPartition, view: View): Promise<void> {
    if (!this.#o.kinds.has(placed.kind)) return;
    const name = `${placed.kind}/${placed.partition}`;
    const target = targetOf(name, view.eligible);
    const held = this.#owned.get(name);
    if (held === undefined) {
      if (target === this.#o.id && this.#isFree(placed, view, name)) await this.#acquire(placed, name);
      else if (target !== this.#o.id && placed.owner === this.#o.id) await this.#disown(placed);
    } else if (placed.epoch > held.partition.lease.epoch) {
      // Somebody has taken it while this host stood still: until it stops it takes entries from the new owner.
      this.#o.metrics.fenced(placed.kind);
      void this.#release(name);
    } else if (target !== this.#o.id && target !== undefined) {
      void this.#release(name);
    }
  }

  #isFree({ owner }: PlacedPartition, view: View, name: string): boolean {
    if (this.#o.clock.nowMs() < (this.#resting.get(name) ?? 0)) return false;
    return owner === undefined || owner === this.#o.id || !view.alive.has(owner);
  }

  async #acquire(placed: PlacedPartition, name: string): Promise<void> {
    const { store } = this.#o;
    const lease = await store.acquire(placed.kind, placed.partition, placed.epoch);
    if (lease === undefined) return;
    if (this.#state !== "running") {
      await store.release(lease).catch(() => undefined);
      return;
    }
    const partition = new Partition(this.#o.partition(lease, this.#delivery));
    const ended = partition.run().catch((error) => this.#lost(name, lease, error));
    this.#owned.set(name, { partition, ended });
    void ended.then(() => {
      if (this.#owned.get(name)?.partition === partition) this.#owned.delete(name);
    });
  }

  #lost(name: string, lease: Lease, error: unknown): void {
    if (error instanceof Fenced) this.#o.metrics.fenced(lease.kind);
    this.#o.logger.warn(
      { err: error, partition: name, epoch: lease.epoch },
      "a partition was lost; it is taken again if it is still ours",
    );
    this.#resting.set(name, this.#o.clock.nowMs() + RETAKE_AFTER_MS);
    this.#o.clock.after(RETAKE_AFTER_MS, () => this.#placeSoon());
  }

  /** Lost here, or not given back for want of Postgres, and no longer ours to take: its target waits for it. */
  async #disown(placed: PlacedPartition): Promise<void> {
    await this.#o.store.release(placed);
    await this.#tellOthers();
  }

  /** Finishes the batch under way, then gives the lease back, once. Never rejects. */
  #release(name: string): Promise<void> {
    const held = this.#owned.get(name);
    if (held === undefined) return Promise.resolve();
    held.released ??= this.#letGo(held);
    return held.released;
  }

  async #letGo({ partition, ended }: Held): Promise<void> {
    partition.stop();
    await ended;
    await this.#o.store.release(partition.lease).catch(() => undefined);
    await this.#tellOthers();
  }

  #reportOwned(): void {
    const counts = new Map<Kind, number>();
    for (const { partition } of this.#owned.values()) {
      counts.set(partition.lease.kind, (counts.get(partition.lease.kind) ?? 0) + 1);
    }
    for (const kind of this.#o.kinds) this.#o.metrics.owned(kind, counts.get(kind) ?? 0);
  }
}

async function within(clock: Clock, deadlineMs: number, work: Promise<unknown>): Promise<void> {
  let cancel: (() => void) | undefined;
  const deadline = new Promise<void>((resolve) => {
    cancel = clock.after(deadlineMs, resolve);
  });
  await Promise.race([work, deadline]);
  cancel?.();
}
