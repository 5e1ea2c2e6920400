/**
 * The other end of the wire: reads the command topics and answers as the runtime does, by the row and then the reply.
 * What it decides is the test's business.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import type pg from "pg";
import type { RawEnvelope } from "../../schemas/envelope.ts";
import { streamKey, type Topic } from "../../streams/topology.ts";

export interface Decision {
  readonly accepted: boolean;
  readonly code?: string;
  readonly body: unknown;
}

const TOPICS: readonly Topic[] = ["task-board", "directory", "scheduler"];

export class FakeBoard {
  readonly seen: RawEnvelope[] = [];
  /** `deciding`; `mute` commits but does not reply; `paused` reads and keeps for later. */
  mode: "deciding" | "mute" | "paused" = "deciding";
  decide: (envelope: RawEnvelope) => Decision = () => ({ accepted: true, body: {} });
  readonly #redis: Redis;
  readonly #reader: Redis;
  readonly #pool: pg.Pool;
  readonly #kept: RawEnvelope[] = [];
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(redis: Redis, pool: pg.Pool) {
    this.#redis = redis;
    this.#reader = redis.duplicate({ lazyConnect: false, enableOfflineQueue: true });
    this.#reader.on("error", () => undefined);
    this.#pool = pool;
  }

  /** Makes the streams, as the runtime's groups do. */
  async start(): Promise<void> {
    for (const topic of TOPICS) {
      await this.#redis
        .xgroup("CREATE", streamKey({ topic, partition: 0 }), "test", "0", "MKSTREAM")
        .catch(() => undefined);
    }
    this.#running = this.#loop();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#reader.disconnect();
    await this.#running;
  }

  /** Decides what was kept. */
  async resume(): Promise<void> {
    this.mode = "deciding";
    for (const envelope of this.#kept.splice(0)) await this.#handle(envelope);
  }

  last(): RawEnvelope {
    const envelope = this.seen.at(-1);
    if (envelope === undefined) throw new Error("the board has seen no command");
    return envelope;
  }

  async #loop(): Promise<void> {
    const keys = TOPICS.map((topic) => streamKey({ topic, partition: 0 }));
    const last = keys.map(() => "0");
    while (!this.#stopped) {
      const reply = (await this.#reader
        .call("XREAD", "BLOCK", 200, "STREAMS", ...keys, ...last)
        .catch(() => sleep(20, null))) as [string, [string, string[]][]][] | null;
      for (const [key, entries] of reply ?? []) {
        for (const [id, fields] of entries) {
          last[keys.indexOf(key)] = id;
          const envelope = JSON.parse(fields[1] ?? "") as RawEnvelope;
          this.seen.push(envelope);
          if (this.mode === "paused") this.#kept.push(envelope);
          else {
            await this.#handle(envelope);
            await this.#pass(TOPICS[keys.indexOf(key)] as Topic, id);
          }
        }
      }
    }
  }

  /** The owner's cursor: what is behind it is decided. */
  async #pass(topic: Topic, entryId: string): Promise<void> {
    await this.#pool.query(
      "update partitions set cursors = jsonb_build_object($1::text || '/0', $2::text) where kind = $1",
      [topic, entryId],
    );
  }

  async #handle(envelope: RawEnvelope): Promise<void> {
    const known = await this.#pool.query(
      "select accepted, code, body from commands where id = $1 and state = 'done'",
      [envelope.id],
    );
    const decision: Decision = known.rows[0] ?? this.decide(envelope);
    const isStored = known.rows[0] !== undefined || decision.code === "mailbox_parked";
    if (!isStored) await this.#commit(envelope, decision);
    if (this.mode === "mute" || envelope.replyto === undefined) return;
    const { accepted, code, body } = decision;
    const reply = { id: envelope.id, accepted, code, body, replayed: known.rows[0] !== undefined };
    await this.#redis.publish(envelope.replyto, JSON.stringify(reply));
  }

  async #commit(envelope: RawEnvelope, { accepted, code, body }: Decision): Promise<void> {
    await this.#pool.query(
      `insert into commands (id, sender, fingerprint, topic, type, state, accepted, code, body, trace_id, done_at)
       values ($1, $2, $3, 'task-board', $4, 'done', $5, $6, $7, $8, now())
       on conflict (id) do update set state = 'done', accepted = excluded.accepted, code = excluded.code,
         body = excluded.body, done_at = now(), envelope = null where commands.state = 'pending'`,
      [
        envelope.id,
        envelope.senderid,
        envelope.fingerprint,
        envelope.type,
        accepted,
        code ?? null,
        JSON.stringify(body),
        envelope.traceparent.slice(3, 35),
      ],
    );
  }
}
