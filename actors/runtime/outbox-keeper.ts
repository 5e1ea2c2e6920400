/**
 * The outbox's keeper of a host: once a second it drops what every group has consumed, and sends again what they have
 * not, for the partitions this host owns (G5, G6).
 *
 * A channel that stands still is published again in mode `next`, which appends only what the stream does not have.
 * If it stands still for long although the stream has everything, entries were lost behind the mark: `rewind`.
 */
import type { Redis } from "ioredis";
import { inboxKey } from "../../streams/inbox.ts";
import { addRun, readAnswer } from "../../streams/publish.ts";
import {
  groupsOf,
  KINDS,
  type Kind,
  readerPartition,
  streamKey,
  type Topic,
  type TopicPartition,
} from "../../streams/topology.ts";
import type { HostStore, Progress } from "./host-store.ts";
import { sourceOf } from "./outgoing.ts";
import type { Lease } from "./store.ts";

export interface OwnedPartition {
  readonly lease: Lease;
  readonly outboxMarks: Readonly<Record<string, number>>;
}

interface Standing {
  base: number;
  ticks: number;
  rewindAt: number;
}

interface StandingChannel {
  readonly lease: Lease;
  readonly to: TopicPartition;
  readonly base: number;
  readonly last: number;
  readonly mode: "next" | "rewind";
}

const RESEND_MAX = 1_000;
const REWIND_AFTER_TICKS = 5;
/** Promised commands are sent again when no actor has decided them for this long. */
const PROMISE_AGE_MS = 3_000;
const PROMISES_MAX = 200;
/** Entries behind every group are kept this long for feeds that resume, while the stream is short enough. */
const TAIL_MS = 60_000;
const TAIL_ENTRIES_MAX = 100_000;
const TRIM_EVERY_TICKS = 10;

export class OutboxKeeper {
  readonly #store: HostStore;
  readonly #redis: Redis;
  readonly #standing = new Map<string, Standing>();
  readonly #behind = new Set<string>();
  /** Channel → the number up to which its rows are gone. */
  readonly #forgotten = new Map<string, number>();
  #ticks = 0;

  constructor(store: HostStore, redis: Redis) {
    this.#store = store;
    this.#redis = redis;
  }

  /** A publish after a commit found a gap, no stream, or no Redis: the next tick does not wait to see it stand still. */
  readonly behind = (source: string, to: TopicPartition): void => {
    this.#behind.add(channelName(source, to));
  };

  async tick(owned: readonly OwnedPartition[], nowMs: number): Promise<void> {
    this.#ticks += 1;
    const progress = await this.#store.progress();
    const marks = new Map(progress.map((row) => [`${row.kind}/${row.partition}`, row]));
    const channels = owned.flatMap((partition) => channelsOf(partition, marks));
    await this.#forget(channels);
    for (const channel of channels) {
      const mode = this.#judge(channel);
      if (mode !== undefined) await this.#resend({ ...channel, mode });
    }
    if (this.#ticks % TRIM_EVERY_TICKS === 0) await this.#trim(owned, progress, nowMs);
    await this.#keepPromises(owned);
  }

  /** Drops what every group has passed since the last look. */
  async #forget(channels: readonly Omit<StandingChannel, "mode">[]): Promise<void> {
    const moved = channels.filter(
      ({ lease, to, base }) => base > (this.#forgotten.get(nameOf(lease, to)) ?? 0),
    );
    await this.#store.forgetOutbox(moved.map(({ lease, to, base }) => ({ ...lease, to, base })));
    for (const { lease, to, base } of moved) this.#forgotten.set(nameOf(lease, to), base);
  }

  #judge(channel: Omit<StandingChannel, "mode">): "next" | "rewind" | undefined {
    const name = nameOf(channel.lease, channel.to);
    if (channel.base >= channel.last) {
      this.#standing.delete(name);
      this.#behind.delete(name);
      return undefined;
    }
    const known = this.#standing.get(name);
    if (known === undefined || known.base !== channel.base) {
      this.#standing.set(name, { base: channel.base, ticks: 0, rewindAt: REWIND_AFTER_TICKS });
      return this.#behind.has(name) ? "next" : undefined;
    }
    known.ticks += 1;
    if (known.ticks < known.rewindAt) return "next";
    known.rewindAt *= 2;
    return "rewind";
  }

  async #resend({ lease, to, base, last, mode }: StandingChannel): Promise<void> {
    const source = sourceOf(lease.kind, lease.partition);
    let from = base;
    let how = mode;
    while (from < last) {
      const rows = await this.#store.outboxAfter({ ...lease, to }, from, RESEND_MAX);
      const first = rows[0]?.sequence;
      if (first === undefined) return;
      const pipeline = this.#redis.pipeline();
      addRun(pipeline, {
        channel: { source, to },
        base: from,
        first,
        envelopes: rows.map((row) => row.envelope),
        mode: how,
      });
      const [error, reply] = (await pipeline.exec())?.[0] ?? [new Error("no answer"), null];
      const answer = readAnswer(error, reply);
      if (answer.code !== "OK") return;
      from = rows.at(-1)?.sequence ?? last;
      how = "next";
    }
    this.#behind.delete(channelName(source, to));
  }

  async #keepPromises(owned: readonly OwnedPartition[]): Promise<void> {
    const topics = owned.flatMap(({ lease }) =>
      KINDS[lease.kind].spread === "one" ? [lease.kind as Topic] : [],
    );
    for (const { topic, envelope } of await this.#store.promised(topics, PROMISE_AGE_MS, PROMISES_MAX)) {
      await this.#redis.xadd(streamKey({ topic, partition: 0 }), "NOMKSTREAM", "*", "e", envelope);
    }
  }

  /** Trims behind the slowest group. The first group of a topic does it, so that one host does. */
  async #trim(owned: readonly OwnedPartition[], progress: readonly Progress[], nowMs: number): Promise<void> {
    const cursors = new Map(progress.map((row) => [`${row.kind}/${row.partition}`, row.cursors]));
    for (const { lease } of owned) {
      for (const topic of KINDS[lease.kind].reads as readonly Topic[]) {
        if (groupsOf(topic)[0] !== lease.kind) continue;
        await this.#trimStream({ topic, partition: lease.partition }, cursors, nowMs);
      }
    }
  }

  async #trimStream(
    at: TopicPartition,
    cursors: ReadonlyMap<string, Readonly<Record<string, string>>>,
    nowMs: number,
  ): Promise<void> {
    const positions = groupsOf(at.topic).map(
      (kind) => cursors.get(`${kind}/${readerPartition(kind, at)}`)?.[`${at.topic}/${at.partition}`],
    );
    if (positions.some((id) => id === undefined)) return;
    const slowestMs = Math.min(...positions.map((id) => Number(id?.split("-")[0])));
    const long = (await this.#redis.xlen(streamKey(at))) > TAIL_ENTRIES_MAX;
    const keepFromMs = long ? slowestMs : Math.min(slowestMs, nowMs - TAIL_MS);
    await this.#redis.xtrim(streamKey(at), "MINID", "~", keepFromMs);
  }
}

function channelsOf(
  { lease, outboxMarks }: OwnedPartition,
  progress: ReadonlyMap<string, Progress>,
): Omit<StandingChannel, "mode">[] {
  return Object.entries(outboxMarks).map(([name, last]) => {
    const [topic, partition] = name.split("/") as [Topic, string];
    const to = { topic, partition: Number(partition) };
    const key = inboxKey(to, sourceOf(lease.kind, lease.partition));
    const bases = groupsOf(topic).map(
      (kind: Kind) => progress.get(`${kind}/${readerPartition(kind, to)}`)?.inbox[key] ?? 0,
    );
    return { lease, to, base: bases.length === 0 ? last : Math.min(...bases), last };
  });
}

function nameOf({ kind, partition }: Lease, to: TopicPartition): string {
  return channelName(sourceOf(kind, partition), to);
}

function channelName(source: string, to: TopicPartition): string {
  return `${source}>${streamKey(to)}`;
}
