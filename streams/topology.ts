/**
 * The one table of every topic and every consumer group.
 *
 * A topic is a set of streams, one per partition. `one`: a single partition for the whole company; `many`: one per
 * account partition, so that all topics keyed by account are co-partitioned. A group is an actor kind: it has the
 * partitions of its row and reads the same partition of each of its topics; a kind of one partition reads all of them.
 */
export type Spread = "one" | "many";

export const TOPICS = {
  // commands, named after the actor kind that decides them
  directory: { spread: "one", durable: true },
  "task-board": { spread: "one", durable: true },
  bookkeeper: { spread: "one", durable: true },
  webhook: { spread: "one", durable: true },
  scheduler: { spread: "one", durable: true },
  // facts, named after what they speak of
  users: { spread: "many", durable: true },
  tasks: { spread: "many", durable: true },
  ledger: { spread: "many", durable: true },
  payouts: { spread: "many", durable: true },
  day: { spread: "one", durable: true },
  /** What has come due. */
  schedules: { spread: "many", durable: true },
  /** Progress for the feed: nobody's state depends on it, so it is neither numbered nor resent. */
  notices: { spread: "one", durable: false },
} as const satisfies Record<string, { spread: Spread; durable: boolean }>;

export type Topic = keyof typeof TOPICS;

export const KINDS = {
  directory: { spread: "one", reads: ["directory"] },
  "task-board": { spread: "one", reads: ["task-board", "users"] },
  bookkeeper: { spread: "one", reads: ["bookkeeper"] },
  account: { spread: "many", reads: ["users", "tasks", "payouts", "schedules"] },
  "day-close": { spread: "one", reads: ["day"] },
  payment: { spread: "many", reads: ["payouts"] },
  mailer: { spread: "many", reads: ["users", "payouts", "tasks", "schedules"], gathers: true },
  analytics: { spread: "many", reads: ["users", "tasks", "ledger"], gathers: true },
  scheduler: { spread: "one", reads: ["scheduler", "users", "day"] },
  webhook: { spread: "one", reads: ["webhook", "users", "tasks", "ledger", "payouts", "day"], gathers: true },
} as const satisfies Record<string, { spread: Spread; reads: readonly Topic[]; gathers?: boolean }>;

export type Kind = keyof typeof KINDS;

export interface TopicPartition {
  readonly topic: Topic;
  readonly partition: number;
}

export const ALL_KINDS = Object.keys(KINDS) as Kind[];
export const ALL_TOPICS = Object.keys(TOPICS) as Topic[];

export function partitionsOf(spread: Spread, partitions: number): number {
  return spread === "one" ? 1 : partitions;
}

/** Whether it reads what has gathered for a while rather than each message as it comes: nobody waits for what it makes. */
export function gathers(kind: Kind): boolean {
  return "gathers" in KINDS[kind];
}

/** The streams that one partition of a kind reads. */
export function subscriptions(kind: Kind, partition: number, partitions: number): TopicPartition[] {
  const own = KINDS[kind];
  return own.reads.flatMap((topic) => {
    if (TOPICS[topic].spread === own.spread) return [{ topic, partition }];
    return Array.from({ length: partitionsOf(TOPICS[topic].spread, partitions) }, (_, p) => ({
      topic,
      partition: p,
    }));
  });
}

/** The groups that read a topic: an outbox row goes when the marks of all of them have passed it. */
export function groupsOf(topic: Topic): Kind[] {
  return ALL_KINDS.filter((kind) => (KINDS[kind].reads as readonly Topic[]).includes(topic));
}

/** Which partition of the group `kind` reads `at`. */
export function readerPartition(kind: Kind, at: TopicPartition): number {
  return KINDS[kind].spread === "one" ? 0 : at.partition;
}

/** The hash tag is the partition, so that everything one partition reads shares a slot in Redis Cluster. */
export function streamKey(at: TopicPartition): string {
  return `ates:{${at.partition}}:${at.topic}`;
}

/** Hash of source → last number appended: the publish marks of a stream (G5). */
export function marksKey(at: TopicPartition): string {
  return `${streamKey(at)}:marks`;
}
