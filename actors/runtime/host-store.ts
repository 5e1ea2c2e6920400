/**
 * The host's port to its store: what hosts know of each other, and what all of them have consumed. Postgres is behind it
 * in production (postgres-host-store.ts). Liveness is judged by the database's clock alone.
 */
import type { Uuid } from "../../schemas/ids.ts";
import type { Marks } from "../../streams/inbox.ts";
import type { Kind, Topic, TopicPartition } from "../../streams/topology.ts";

export interface PlacedPartition {
  readonly kind: Kind;
  readonly partition: number;
  readonly owner: Uuid | undefined;
  readonly epoch: number;
}

export interface View {
  /** Hosts that beat within the lease's time and are not draining. */
  readonly eligible: readonly Uuid[];
  /** Hosts that beat within the lease's time. */
  readonly alive: ReadonlySet<Uuid>;
  readonly partitions: readonly PlacedPartition[];
}

/** How far a partition is: read for the outbox's keeper and for lag. */
export interface Progress {
  readonly kind: Kind;
  readonly partition: number;
  readonly inbox: Marks;
  readonly cursors: Readonly<Record<string, string>>;
}

export interface ChannelRef {
  readonly kind: Kind;
  readonly partition: number;
  readonly to: TopicPartition;
}

export interface PromisedCommand {
  readonly id: Uuid;
  readonly topic: Topic;
  readonly envelope: string;
}

/** What an operator wants of a message that waits or is dead: its owner does it, in its next batch. */
export interface AskedLetter {
  readonly kind: Kind;
  readonly partition: number;
  readonly id: Uuid;
  readonly actor: string;
}

export interface HostStore {
  /** Joins, or beats: a host that was silent for so long that it was forgotten is there again. */
  beat(id: Uuid, name: string, draining: boolean): Promise<void>;
  leave(id: Uuid): Promise<void>;
  view(leaseTtlMs: number): Promise<View>;
  progress(): Promise<readonly Progress[]>;
  /** Envelopes of a channel beyond `base`, in order. */
  outboxAfter(
    channel: ChannelRef,
    base: number,
    limit: number,
  ): Promise<readonly { sequence: number; envelope: string }[]>;
  /** Drops what every group has consumed. */
  forgetOutbox(done: readonly (ChannelRef & { readonly base: number })[]): Promise<void>;
  /** Commands that the edge promised (202) and no actor has decided for a while: their stream may have been lost. */
  promised(topics: readonly Topic[], olderThanMs: number, limit: number): Promise<readonly PromisedCommand[]>;
  /** Messages that an operator asked to replay or to drop, the oldest first. */
  asked(limit: number): Promise<readonly AskedLetter[]>;
}
