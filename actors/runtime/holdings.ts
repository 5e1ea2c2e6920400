/**
 * The partitions a host holds: run, counted, handed over, given back. Hand-overs go one at a time, each when the one
 * before is taken: all at once, and every partition would stand still until its next owner has opened the last.
 */
import type { Uuid } from "../../schemas/ids.ts";
import type { Kind } from "../../streams/topology.ts";
import type { Clock } from "./clock.ts";
import { within } from "./deadline.ts";
import type { Partition } from "./partition.ts";
import type { PlacementChannel } from "./placement-channel.ts";
import type { Lease, RuntimeStore } from "./store.ts";

export interface HoldingsOptions {
  readonly store: RuntimeStore;
  readonly clock: Clock;
  readonly channel: PlacementChannel;
  readonly drainDeadlineMs: number;
  readonly partitionOf: (lease: Lease) => Partition;
  /** It ended by itself, and is not held any more. */
  readonly lost: (lease: Lease, error: unknown) => void;
}

interface Held {
  readonly partition: Partition;
  readonly ended: Promise<void>;
  /** Set when it is being given back: once, however many ask for it. */
  released?: Promise<void>;
}

/** To wait for the word that a partition was taken, before the next is handed over: words may be lost. */
const TAKEN_MAX_MS = 250;

export class Holdings {
  readonly #o: HoldingsOptions;
  readonly #held = new Map<string, Held>();
  /** Ends when the last hand-over that was asked for is done. */
  #handing: Promise<void> = Promise.resolve();

  constructor(options: HoldingsOptions) {
    this.#o = options;
  }

  get names(): readonly string[] {
    return [...this.#held.keys()];
  }

  get partitions(): readonly Partition[] {
    return [...this.#held.values()].map(({ partition }) => partition);
  }

  get(name: string): Partition | undefined {
    return this.#held.get(name)?.partition;
  }

  countOf(kind: Kind): number {
    return this.partitions.filter(({ lease }) => lease.kind === kind).length;
  }

  /** Its `opened` resolves when it decides what arrives, or has ended. */
  run(lease: Lease): { readonly opened: Promise<void> } {
    const name = nameOf(lease);
    this.#held.get(name)?.partition.stop(); // lost while this host stood still: it would read what is the new one's
    const partition = this.#o.partitionOf(lease);
    const ended = partition.run().catch((error) => this.#o.lost(lease, error));
    this.#held.set(name, { partition, ended });
    void ended.then(() => {
      if (this.#held.get(name)?.partition === partition) this.#held.delete(name);
    });
    return { opened: Promise.race([partition.opened, ended]) };
  }

  /** Finishes the batch under way and gives the lease back, once; `to` is told, if there is one. Never rejects. */
  release(name: string, to: Uuid | undefined): Promise<void> {
    const held = this.#held.get(name);
    if (held === undefined) return Promise.resolve();
    held.released ??= to === undefined ? this.#letGo(held) : this.#handOver(held, to);
    return held.released;
  }

  /** In its turn. The next owner takes it by the epoch; it need not wait for the lease to be given back. */
  #handOver(held: Held, to: Uuid): Promise<void> {
    const { clock, channel, drainDeadlineMs } = this.#o;
    const { lease } = held.partition;
    const takenMaxMs = Math.min(TAKEN_MAX_MS, drainDeadlineMs / 2 / this.#held.size);
    const taken = this.#handing.then(() => end(held)).then(() => channel.give(to, lease));
    this.#handing = this.#handing.then(() => within(clock, takenMaxMs, taken));
    return this.#handing.then(() => this.#letGo(held));
  }

  async #letGo(held: Held): Promise<void> {
    await end(held);
    await this.#o.store.release(held.partition.lease).catch(() => undefined);
  }
}

export function nameOf({ kind, partition }: { readonly kind: Kind; readonly partition: number }): string {
  return `${kind}/${partition}`;
}

async function end({ partition, ended }: Held): Promise<void> {
  partition.stop();
  await ended;
}
