/**
 * The outbox's keeper of a host: once a second it drops what every group has consumed, and sends again what they have
 * not, for the partitions this host owns (G5, G6).
 *
 * 1. A channel that stands still is looked at: what its stream does not have is appended, and nothing else, so that a
 *    backlog is not sent twice.
 * 2. If the stream has everything and its readers have read all of it, entries were lost behind the mark: the mark goes
 *    back (`rewind`), and consumers drop what they have.
 */
import type { Redis } from "ioredis";
import type { Uuid } from "../../schemas/ids.ts";
import { inboxKey } from "../../streams/inbox.ts";
import { addRun, readAnswer } from "../../streams/publish.ts";
import { compareIds } from "../../streams/reader.ts";
import {
  groupsOf,
  KINDS,
  type Kind,
  readerPartition,
  streamKey,
  TOPICS,
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

/** A channel that some group has not consumed to its end. */
interface OpenChannel {
  readonly lease: Lease;
  readonly to: TopicPartition;
  /** Every group has consumed up to it. */
  readonly base: number;
  readonly last: number;
  /** The stream's entry up to which each group that is behind has read; undefined: one has read nothing yet. */
  readonly readTo: string | undefined;
}

/** How long a channel has stood at its base, in ticks. */
interface Standing {
  readonly base: number;
  ticks: number;
  rewindAt: number;
}

interface Promised {
  readonly waitMs: number;
  readonly againAtMs: number;
}

const RESEND_MAX = 1_000;
/** Without the proof that all was read, a standing channel is rewound this much later, in case the proof is wrong. */
const REWIND_BLIND_TICKS = 30;
/** Promised commands are sent again when no actor has decided them for this long. */
const PROMISE_AGE_MS = 3_000;
/** … and then after twice the time, so that a board that is slow is not buried under repeats. */
const PROMISE_WAIT_MAX_MS = 60_000;
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
  /** Marks of partitions whose every channel is forgotten up to them; a commit makes new ones. */
  readonly #done = new WeakSet<OwnedPartition["outboxMarks"]>();
  /** Stream → the moment before which everything was trimmed. */
  readonly #trimmed = new Map<string, number>();
  #promises = new Map<Uuid, Promised>();
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
    const isTimeToTrim = this.#ticks % TRIM_EVERY_TICKS === 0;
    if (isTimeToTrim || !owned.every((partition) => this.#isDone(partition))) {
      const progress = await this.#store.progress();
      await this.#send(owned, progress);
      if (isTimeToTrim) await this.#trim(owned, progress, nowMs);
    }
    await this.#keepPromises(owned, nowMs);
  }

  /** Everything it has sent was consumed when it was last looked at: there is nothing to look for. */
  #isDone({ lease, outboxMarks }: OwnedPartition): boolean {
    if (this.#done.has(outboxMarks)) return true;
    const source = sourceOf(lease.kind, lease.partition);
    const isDone = Object.entries(outboxMarks).every(
      ([name, last]) => this.#forgotten.get(channelName(source, placeOf(name))) === last,
    );
    if (isDone) this.#done.add(outboxMarks);
    return isDone;
  }

  async #send(owned: readonly OwnedPartition[], progress: readonly Progress[]): Promise<void> {
    const marks = new Map(progress.map((row) => [`${row.kind}/${row.partition}`, row]));
    const channels = owned.flatMap((partition) => channelsOf(partition, marks));
    await this.#forget(channels);
    for (const channel of channels) {
      const standing = this.#standingOf(channel);
      if (standing !== undefined) await this.#resend(channel, standing);
    }
  }

  /** Drops what every group has passed since the last look. */
  async #forget(channels: readonly OpenChannel[]): Promise<void> {
    const moved = channels.filter(
      ({ lease, to, base }) => base > (this.#forgotten.get(nameOf(lease, to)) ?? 0),
    );
    await this.#store.forgetOutbox(moved.map(({ lease, to, base }) => ({ ...lease, to, base })));
    for (const { lease, to, base } of moved) this.#forgotten.set(nameOf(lease, to), base);
  }

  /** The channel's standing when it is to be looked at; undefined while it moves or has nothing to send. */
  #standingOf(channel: OpenChannel): Standing | undefined {
    const name = nameOf(channel.lease, channel.to);
    if (channel.base >= channel.last) {
      this.#standing.delete(name);
      this.#behind.delete(name);
      return undefined;
    }
    const known = this.#standing.get(name);
    if (known?.base === channel.base) {
      known.ticks += 1;
      return known;
    }
    const fresh = { base: channel.base, ticks: 0, rewindAt: 1 };
    this.#standing.set(name, fresh);
    return this.#behind.has(name) ? fresh : undefined;
  }

  async #resend(channel: OpenChannel, standing: Standing): Promise<void> {
    const { lease, to, base, last } = channel;
    const stream = await this.#look(channel);
    if (stream === undefined) return;
    let from = stream.mark;
    const isRead = isReadTo(stream.newest, channel.readTo);
    if (from >= last && standing.ticks >= standing.rewindAt + (isRead ? 0 : REWIND_BLIND_TICKS)) {
      standing.rewindAt = standing.ticks * 2;
      if ((await this.#publish(channel, base + 1, [], "rewind")) === undefined) return;
      from = base;
    }
    while (from < last) {
      const rows = await this.#store.outboxAfter({ ...lease, to }, from, RESEND_MAX);
      const first = rows[0]?.sequence;
      if (first === undefined) return;
      const envelopes = rows.map((row) => row.envelope);
      const mark = await this.#publish(channel, first, envelopes, "next");
      if (mark === undefined) return;
      from = rows.at(-1)?.sequence ?? last;
    }
    this.#behind.delete(nameOf(lease, to));
  }

  /** What the stream holds: the channel's mark in it, and its newest entry; undefined when there is no stream. */
  async #look(channel: OpenChannel): Promise<{ mark: number; newest: string | undefined } | undefined> {
    const mark = await this.#publish(channel, channel.base + 1, [], "next");
    if (mark === undefined) return undefined;
    const [newest] = await this.#redis.xrevrange(streamKey(channel.to), "+", "-", "COUNT", 1);
    return { mark, newest: newest?.[0] };
  }

  /** The channel's mark afterwards; undefined when it was not appended: the next tick looks again. */
  async #publish(
    { lease, to, base }: OpenChannel,
    first: number,
    envelopes: readonly string[],
    mode: "next" | "rewind",
  ): Promise<number | undefined> {
    const channel = { source: sourceOf(lease.kind, lease.partition), to };
    const pipeline = this.#redis.pipeline();
    addRun(pipeline, { channel, base, first, envelopes, mode });
    const [error, reply] = (await pipeline.exec())?.[0] ?? [new Error("no answer"), null];
    const answer = readAnswer(error, reply);
    return answer.code === "OK" ? answer.mark : undefined;
  }

  async #keepPromises(owned: readonly OwnedPartition[], nowMs: number): Promise<void> {
    const topics = owned.flatMap(({ lease }) =>
      KINDS[lease.kind].spread === "one" ? [lease.kind as Topic] : [],
    );
    const kept = new Map<Uuid, Promised>();
    for (const { id, topic, envelope } of await this.#store.promised(topics, PROMISE_AGE_MS, PROMISES_MAX)) {
      const known = this.#promises.get(id) ?? { waitMs: PROMISE_AGE_MS, againAtMs: nowMs };
      kept.set(id, known);
      if (nowMs < known.againAtMs) continue;
      const waitMs = Math.min(known.waitMs * 2, PROMISE_WAIT_MAX_MS);
      kept.set(id, { waitMs, againAtMs: nowMs + known.waitMs });
      await this.#redis.xadd(streamKey({ topic, partition: 0 }), "NOMKSTREAM", "*", "e", envelope);
    }
    this.#promises = kept;
  }

  /** Trims behind the slowest group. One group of a topic does it, one that has a partition for each of its streams. */
  async #trim(owned: readonly OwnedPartition[], progress: readonly Progress[], nowMs: number): Promise<void> {
    const cursors = new Map(progress.map((row) => [`${row.kind}/${row.partition}`, row.cursors]));
    for (const { lease } of owned) {
      for (const topic of KINDS[lease.kind].reads as readonly Topic[]) {
        if (trimmerOf(topic) !== lease.kind) continue;
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
    const key = streamKey(at);
    if (slowestMs === this.#trimmed.get(key)) return;
    const long = (await this.#redis.xlen(key)) > TAIL_ENTRIES_MAX;
    const keepFromMs = long ? slowestMs : Math.min(slowestMs, nowMs - TAIL_MS);
    await this.#redis.xtrim(key, "MINID", "~", keepFromMs);
    this.#trimmed.set(key, keepFromMs);
  }
}

function trimmerOf(topic: Topic): Kind | undefined {
  return groupsOf(topic).find((kind) => KINDS[kind].spread === TOPICS[topic].spread);
}

function channelsOf(
  { lease, outboxMarks }: OwnedPartition,
  progress: ReadonlyMap<string, Progress>,
): OpenChannel[] {
  return Object.entries(outboxMarks).map(([name, last]) => {
    const to = placeOf(name);
    const key = inboxKey(to, sourceOf(lease.kind, lease.partition));
    const groups = groupsOf(to.topic).map((kind: Kind) => {
      const row = progress.get(`${kind}/${readerPartition(kind, to)}`);
      return { mark: row?.inbox[key] ?? 0, cursor: row?.cursors[name] };
    });
    const cursors = groups.flatMap(({ mark, cursor }) => (mark < last ? [cursor] : []));
    const readTo = cursors.reduce((a, b) => (isReadTo(a, b) ? a : b), cursors[0]);
    return { lease, to, base: Math.min(last, ...groups.map(({ mark }) => mark)), last, readTo };
  });
}

/** Whether somebody who has read up to `cursor` has read the entry `id`; there may be none of either. */
function isReadTo(id: string | undefined, cursor: string | undefined): boolean {
  if (id === undefined) return true;
  return cursor !== undefined && compareIds(id, cursor) <= 0;
}

/** The stream that a key of `outbox` and `cursors` names. */
function placeOf(name: string): TopicPartition {
  const [topic, partition] = name.split("/") as [Topic, string];
  return { topic, partition: Number(partition) };
}

function nameOf({ kind, partition }: Lease, to: TopicPartition): string {
  return channelName(sourceOf(kind, partition), to);
}

function channelName(source: string, to: TopicPartition): string {
  return `${source}>${streamKey(to)}`;
}
