/**
 * After the commit: acknowledge, publish, reply, in one pipeline per batch on the host's connection. Whatever is lost
 * here comes again: entries by redelivery, envelopes by the outbox's resend, replies by the stored outcome.
 */
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { addNotice, addRun, type ChannelRun, readAnswer } from "../../streams/publish.ts";
import type { Entry } from "../../streams/reader.ts";
import { streamKey, type TopicPartition } from "../../streams/topology.ts";
import type { Reply } from "./batch.ts";
import type { Lease, OutboxRow } from "./store.ts";

export interface Consignment {
  readonly lease: Lease;
  readonly source: string;
  readonly rows: readonly OutboxRow[];
  readonly notices: readonly { readonly to: TopicPartition; readonly envelope: string }[];
  readonly replies: readonly Reply[];
  readonly entries: readonly Entry[];
}

/** Pipelines under way before a partition waits for the oldest: Redis slower than Postgres must show. */
const UNDER_WAY_MAX = 64;

export class Delivery {
  readonly #redis: Redis;
  readonly #logger: Logger;
  readonly #behind: (source: string, to: TopicPartition) => void;
  #underWay = 0;

  constructor(redis: Redis, logger: Logger, behind: (source: string, to: TopicPartition) => void) {
    this.#redis = redis;
    this.#logger = logger;
    this.#behind = behind;
  }

  /** Sends without waiting for the answers, unless too many are outstanding. */
  async deliver(consignment: Consignment): Promise<void> {
    const sent = this.#send(consignment).catch((error) => this.#failed(consignment, error));
    if (this.#underWay >= UNDER_WAY_MAX) await sent;
  }

  async #send(consignment: Consignment): Promise<void> {
    const { lease, replies, notices, entries } = consignment;
    const runs = runsOf(consignment);
    const heard = repliesByChannel(replies);
    const pipeline = this.#redis.pipeline();
    for (const [channel, lines] of heard) pipeline.publish(channel, lines.join("\n"));
    for (const run of runs) addRun(pipeline, run);
    for (const { to, envelope } of notices) addNotice(pipeline, to, envelope);
    for (const [key, ids] of idsByStream(entries)) pipeline.xack(key, lease.kind, ...ids);
    if (pipeline.length === 0) return;
    this.#underWay += 1;
    try {
      const results = (await pipeline.exec()) ?? [];
      runs.forEach((run, index) => {
        const [error, reply] = results[heard.size + index] ?? [new Error("no answer"), null];
        if (readAnswer(error, reply).code !== "OK") this.#behind(consignment.source, run.channel.to);
      });
    } finally {
      this.#underWay -= 1;
    }
  }

  #failed(consignment: Consignment, error: unknown): void {
    this.#logger.warn({ err: error }, "delivery after a commit failed; the outbox sends it again");
    for (const run of runsOf(consignment)) this.#behind(consignment.source, run.channel.to);
  }
}

/** All that an edge is told goes to it at once, one reply a line: a PUBLISH for each was a call of Redis for each command. */
function repliesByChannel(replies: readonly Reply[]): Map<string, string[]> {
  const lines = new Map<string, string[]>();
  for (const { channel, payload } of replies) {
    const known = lines.get(channel);
    if (known === undefined) lines.set(channel, [payload]);
    else known.push(payload);
  }
  return lines;
}

function runsOf({ rows, source }: Consignment): ChannelRun[] {
  const runs = new Map<string, { to: TopicPartition; first: number; envelopes: string[] }>();
  for (const { to, sequence, envelope } of rows) {
    const key = streamKey(to);
    const run = runs.get(key);
    if (run === undefined) runs.set(key, { to, first: sequence, envelopes: [envelope] });
    else run.envelopes.push(envelope);
  }
  return [...runs.values()].map(({ to, first, envelopes }) => ({
    channel: { source, to },
    base: 0,
    first,
    envelopes,
    mode: "next",
  }));
}

function idsByStream(entries: readonly Entry[]): Map<string, string[]> {
  const ids = new Map<string, string[]>();
  for (const { from, id } of entries) {
    const key = streamKey(from);
    const known = ids.get(key);
    if (known === undefined) ids.set(key, [id]);
    else known.push(id);
  }
  return ids;
}
