/**
 * A host: a process that owns partitions. It beats, looks at who lives, takes what rendezvous hashing gives it and
 * hands over what it gives to others (G2: a clock only ever costs time here, never safety).
 *
 * created → starting → running → draining → stopped. On SIGTERM it says that it is draining and hands its partitions
 * over, one after another: each finishes its batch, and its next owner is told at once.
 */
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { Uuid } from "../../schemas/ids.ts";
import { type RedisFactory, ready } from "../../streams/connection.ts";
import { definePublish } from "../../streams/publish.ts";
import type { Kind } from "../../streams/topology.ts";
import type { Clock } from "./clock.ts";
import { within } from "./deadline.ts";
import { Delivery } from "./delivery.ts";
import { Holdings, nameOf } from "./holdings.ts";
import type { HostStore, PlacedPartition, View } from "./host-store.ts";
import type { RuntimeMetrics } from "./metrics.ts";
import { OutboxKeeper } from "./outbox-keeper.ts";
import { OwnBeats } from "./own-beats.ts";
import { Partition } from "./partition.ts";
import type { PartitionOptions } from "./partition-options.ts";
import { targetOf } from "./placement.ts";
import { PlacementChannel } from "./placement-channel.ts";
import { Rounds } from "./rounds.ts";
import { Fenced, type Lease, type RuntimeStore } from "./store.ts";
import { Turn } from "./turn.ts";
import { WireWatch } from "./wire-watch.ts";

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
  /** Postgres owes an answer for half a lease: whatever waits on these connections waits for nothing. */
  readonly cutConnections?: () => void;
  /** Everything a partition needs that is not the host's own. */
  readonly partition: (lease: Lease, delivery: Delivery) => PartitionOptions;
}

type State = "created" | "starting" | "running" | "draining" | "stopped";

const PLACEMENT_FAILED = "placement failed; the next beat tries again";
/** To say good-bye in, when Postgres may be away: the lease's time does it then. */
const FAREWELL_MS = 2_000;
/** Letters that operators ask about, looked at in one go: the next look finds the rest. */
const ASKED_MAX = 1_000;
/** After a partition was lost for a reason other than the fence, wait before taking it again. */
const RETAKE_AFTER_MS = 500;

export class Host {
  readonly #o: HostOptions;
  readonly #redis: Redis;
  readonly #ears: Redis;
  readonly #delivery: Delivery;
  readonly #keeper: OutboxKeeper;
  readonly #channel: PlacementChannel;
  readonly #wire: WireWatch;
  readonly #ownBeats: OwnBeats;
  readonly #holdings: Holdings;
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
    const { clock, id, limits, store } = options;
    this.#channel = new PlacementChannel(this.#redis, this.#ears, id);
    const alone = new Turn();
    const rounds = new Rounds(clock);
    this.#holdings = new Holdings({
      ...{ store, clock, channel: this.#channel, drainDeadlineMs: limits.drainDeadlineMs },
      partitionOf: (lease) => new Partition(options.partition(lease, this.#delivery), alone, rounds),
      lost: (lease, error) => this.#lost(lease, error),
    });
    this.#wire = new WireWatch([this.#redis, this.#ears], clock, limits.beatEveryMs / 2, limits.leaseTtlMs);
    this.#ownBeats = new OwnBeats(limits.leaseTtlMs);
    this.#keeper = new OutboxKeeper(options.hosts, this.#redis);
    this.#delivery = new Delivery(this.#redis, options.logger, this.#keeper.behind);
  }

  get state(): State {
    return this.#state;
  }

  get ownedCount(): number {
    return this.#holdings.names.length;
  }

  /** Throws when Postgres or Redis is away, or `stop` comes first: then nothing of it runs on. */
  async start(): Promise<void> {
    this.#state = "starting";
    try {
      const { clock } = this.#o;
      await Promise.all([this.#redis, this.#ears].map((redis) => ready(redis, undefined, clock)));
      await this.#channel.listen({
        look: () => this.#placeSoon(),
        given: async (lease) => {
          const taken = await this.#acquire(lease).catch(() => undefined); // the next look takes it
          await taken?.opened;
        },
      });
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
    await this.#channel.sayLook();
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
    const { clock, limits } = this.#o;
    this.#state = "draining";
    await within(clock, limits.drainDeadlineMs, this.#handOverAll());
    this.#state = "stopped";
    this.#cancelBeat?.();
    this.#cancelKeep?.();
    await within(clock, FAREWELL_MS, this.#leave());
    // The connection answers in order: with this answer everything it was given before is done.
    await this.#channel.sayLook();
    this.#ears.disconnect();
    this.#redis.disconnect();
  }

  async #leave(): Promise<void> {
    await this.#beating; // a beat that overtakes the leaving would bring this host back among the living
    await this.#o.hosts.leave(this.#o.id).catch(() => undefined);
  }

  /** Those who are there to take them are told; when there is nobody, or no telling who, they are just given back. */
  async #handOverAll(): Promise<void> {
    const { hosts, id, limits } = this.#o;
    await this.#beat().catch(() => undefined);
    const view = await hosts.view(limits.leaseTtlMs).catch(() => undefined);
    const others = view?.eligible.filter((other) => other !== id) ?? [];
    await Promise.all(this.#holdings.names.map((name) => this.#giveTo(targetOf(name, others), name)));
  }

  /**
   * Beats until it has left: also while it drains, or others would take for dead what finishes a gateway's call. Nothing
   * is waited for between two beats but the beat itself; placement has its own pace.
   */
  #beatAgain(): void {
    this.#cancelBeat = this.#o.clock.after(this.#o.limits.beatEveryMs, async () => {
      let isAnswered = false;
      const beaten = this.#beatAndLook().then(() => (isAnswered = true));
      await within(this.#o.clock, this.#o.limits.leaseTtlMs / 2, beaten);
      if (!isAnswered) this.#o.cutConnections?.();
      if (this.#state !== "stopped") this.#beatAgain();
    });
  }

  async #beatAndLook(): Promise<void> {
    try {
      await this.#wire.ask();
      await this.#beat();
      this.#placeSoon();
    } catch (error) {
      this.#o.logger.warn({ err: error }, "Postgres does not answer; partitions wait for it");
    }
  }

  /** Also says whether others may count on it: it does not drain, and Redis answers it. */
  async #beat(): Promise<void> {
    const { hosts, id, name, clock } = this.#o;
    const beat = hosts.beat(id, name, this.#state === "draining" || !this.#wire.isSteady);
    this.#beating = Promise.allSettled([this.#beating, beat]);
    await beat;
    this.#ownBeats.beaten(clock.monotonicMs());
  }

  #keepAgain(): void {
    this.#cancelKeep = this.#o.clock.after(this.#o.limits.keepEveryMs, async () => {
      const owned = this.#holdings.partitions;
      await Promise.all([this.#keeper.tick(owned, this.#o.clock.nowMs()), this.#passOn()]).catch((error) => {
        this.#o.logger.warn({ err: error }, "keeping the outbox failed; it is tried again");
      });
      if (this.#state === "running") this.#keepAgain();
    });
  }

  /** What operators ask about letters goes to the partitions that have them. */
  async #passOn(): Promise<void> {
    for (const { kind, partition, id } of await this.#o.hosts.asked(ASKED_MAX)) {
      this.#holdings.get(`${kind}/${partition}`)?.ask(id);
    }
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
    const { hosts, id, limits } = this.#o;
    const view = await hosts.view(limits.leaseTtlMs);
    if (!view.alive.has(id)) return; // our own beat has not arrived: take nothing on a stale view
    const others = view.eligible.filter((other) => other !== id);
    const eligible = this.#wire.answers ? [...others, id] : others; // of itself a host knows better than its row
    await Promise.all(view.partitions.map((placed) => this.#settle(placed, { ...view, eligible })));
    this.#reportOwned();
  }

  /** Hand-overs are not waited for: a gateway's call may take its time, and other partitions must not wait for it. */
  async #settle(placed: PlacedPartition, view: View): Promise<void> {
    if (!this.#o.kinds.has(placed.kind)) return;
    const name = nameOf(placed);
    const target = targetOf(name, view.eligible);
    const held = this.#holdings.get(name)?.lease;
    if (held === undefined) {
      if (target === this.#o.id && this.#isFree(placed, view)) await this.#acquire(placed);
      else if (target !== this.#o.id && placed.owner === this.#o.id) await this.#disown(placed);
    } else if (placed.epoch > held.epoch) {
      // Somebody has taken it while this host stood still: until it stops it takes entries from the new owner.
      this.#o.metrics.fenced(placed.kind);
      void this.#holdings.release(name, undefined);
    } else if (target !== undefined && target !== this.#o.id && (this.#wire.answers || this.#wire.isLost)) {
      void this.#giveTo(target, name);
    }
  }

  /** Without Redis nobody can be told: it is given back, and its target finds it at its next look. */
  #giveTo(target: Uuid | undefined, name: string): Promise<void> {
    return this.#holdings.release(name, this.#wire.answers ? target : undefined);
  }

  #isFree(placed: PlacedPartition, { alive }: View): boolean {
    const { clock, id } = this.#o;
    if (clock.nowMs() < (this.#resting.get(nameOf(placed)) ?? 0)) return false;
    if (placed.owner === undefined || placed.owner === id) return true;
    return !alive.has(placed.owner) && this.#ownBeats.mayJudge(clock.monotonicMs());
  }

  /** From whoever held it with the epoch that is told; nothing happens when somebody was faster. */
  async #acquire({ kind, partition, epoch }: Lease): Promise<{ readonly opened: Promise<void> } | undefined> {
    if (this.#state !== "running" || !this.#o.kinds.has(kind)) return undefined;
    const { store } = this.#o;
    const lease = await store.acquire(kind, partition, epoch);
    if (lease === undefined) return undefined;
    if (this.#state === "running") return this.#holdings.run(lease);
    await store.release(lease).catch(() => undefined);
    return undefined;
  }

  #lost(lease: Lease, error: unknown): void {
    const name = nameOf(lease);
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
    await this.#channel.sayLook();
  }

  #reportOwned(): void {
    for (const kind of this.#o.kinds) this.#o.metrics.owned(kind, this.#holdings.countOf(kind));
  }
}
