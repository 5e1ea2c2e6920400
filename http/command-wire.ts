/**
 * The edge's two connections for commands: one appends them, one hears the replies on the edge's own channel.
 *
 * 1. Appending never waits for a Redis that is away: the heartbeat refuses, or lets go (EDGE-3).
 * 2. A command with an Idempotency-Key is appended by a script that also marks it as running; the mark lies in the
 *    stream's slot, so that the same code works in a cluster.
 * 3. A reply is only a message: whoever waits must also look into the table `commands`, the more so after a reconnect.
 */
import { readFileSync } from "node:fs";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { Uuid } from "../schemas/ids.ts";
import type { RedisFactory } from "../streams/connection.ts";
import { streamKey, type Topic } from "../streams/topology.ts";
import { Heartbeat, PartDown } from "./heartbeat.ts";

export interface CommandReply {
  readonly id: Uuid;
  readonly accepted: boolean;
  readonly code?: string;
  readonly detail?: string;
  readonly body: unknown;
  readonly replayed: boolean;
}

/**
 * `running`: another edge has appended it a moment ago. `absent`: no group has made the stream, nothing was appended.
 * `uncertain`: the connection was lost in between, so nobody knows.
 */
export type Appended = "appended" | "running" | "absent" | "uncertain";

const SUBSCRIBE_RETRY_MS = 500;
const SCRIPT = readFileSync(new URL("./append-command.lua", import.meta.url), "utf8");

interface Scripted {
  atesAppendCommand(stream: string, mark: string, envelope: string, markMs: number): Promise<Appended>;
}

export interface CommandWireOptions {
  readonly redis: RedisFactory;
  readonly edgeId: Uuid;
  readonly logger: Logger;
  readonly onReply: (reply: CommandReply) => void;
  /** Replies may have been lost until now. */
  readonly onReconnect: () => void;
}

export class CommandWire {
  readonly channel: string;
  readonly #options: CommandWireOptions;
  readonly #sender: Redis & Scripted;
  readonly #listener: Redis;
  readonly #heartbeats: readonly [sender: Heartbeat, listener: Heartbeat];

  constructor(options: CommandWireOptions) {
    this.#options = options;
    this.channel = `ates:reply:${options.edgeId}`;
    this.#sender = options.redis("commands") as Redis & Scripted;
    this.#sender.defineCommand("atesAppendCommand", { numberOfKeys: 2, lua: SCRIPT });
    this.#listener = options.redis("subscriber");
    this.#listener.on("message", (_channel: string, payload: string) => this.#hear(payload));
    this.#listener.on("ready", () => void this.#subscribe());
    this.#heartbeats = [
      heartbeatOf("Redis", this.#sender, options),
      heartbeatOf("Redis (replies)", this.#listener, options),
    ];
  }

  /** Connects; a Redis that is away is tried again for ever, and until it answers commands are refused. */
  async start(limitMs: number): Promise<void> {
    for (const redis of [this.#sender, this.#listener]) {
      if (redis.status === "wait") redis.connect().catch(() => undefined); // the client goes on trying
    }
    await Promise.all(this.#heartbeats.map((heartbeat) => heartbeat.start(limitMs)));
  }

  close(): void {
    for (const heartbeat of this.#heartbeats) heartbeat.stop();
    this.#sender.disconnect(false);
    this.#listener.disconnect(false);
  }

  /** Throws when it is certain that nothing was appended. */
  append(topic: Topic, envelope: string): Promise<Appended> {
    return this.#send(async () => {
      const key = streamKey({ topic, partition: 0 });
      const id = await this.#sender.call("XADD", key, "NOMKSTREAM", "*", "e", envelope);
      return id === null ? "absent" : "appended";
    });
  }

  /** The same for a command that may be repeated: `running` when any edge has appended it within `markMs`. */
  appendOnce(topic: Topic, id: Uuid, envelope: string, markMs: number): Promise<Appended> {
    const key = streamKey({ topic, partition: 0 });
    return this.#send(() => this.#sender.atesAppendCommand(key, markKey(id), envelope, markMs));
  }

  /** Milliseconds since the first command after this entry was appended, by the clock of Redis; 0 = there is none. */
  async ageAfter(topic: Topic, entryId: string): Promise<number> {
    const [heartbeat] = this.#heartbeats;
    const key = streamKey({ topic, partition: 0 });
    const [[first], [seconds]] = await heartbeat.guard(() =>
      Promise.all([this.#sender.xrange(key, `(${entryId}`, "+", "COUNT", 1), this.#sender.time()]),
    );
    return first === undefined ? 0 : Math.max(0, Number(seconds) * 1_000 - Number.parseInt(first[0], 10));
  }

  /** The command is answered: a repeat finds the answer in Postgres. */
  forget(id: Uuid): void {
    this.#sender.del(markKey(id)).catch(() => undefined); // the mark goes by itself
  }

  async #send(append: () => Promise<Appended>): Promise<Appended> {
    const [heartbeat] = this.#heartbeats;
    if (!heartbeat.up) throw new PartDown("Redis");
    try {
      return await heartbeat.guard(append);
    } catch (error) {
      if (neverSent(error)) throw error;
      return "uncertain";
    }
  }

  async #subscribe(): Promise<void> {
    try {
      await this.#listener.subscribe(this.channel);
      this.#options.onReconnect();
    } catch (error) {
      if (this.#listener.status !== "ready") return; // the next connection subscribes
      this.#options.logger.warn(
        { err: error },
        "the reply channel could not be subscribed; it is tried again",
      );
      setTimeout(() => void this.#subscribe(), SUBSCRIBE_RETRY_MS).unref();
    }
  }

  #hear(payload: string): void {
    try {
      this.#options.onReply(JSON.parse(payload) as CommandReply);
    } catch (error) {
      this.#options.logger.error(
        { err: error },
        "a reply that is no JSON was dropped; its command's row has the outcome",
      );
    }
  }
}

/** The mark has the hash tag of the command topics' one partition. */
function markKey(id: Uuid): string {
  return `ates:{0}:running:${id}`;
}

/** A refusal by the server, or by the client because there was no connection to write to. */
function neverSent(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error.name === "ReplyError" || error.message.startsWith("Stream isn't writeable"))
  );
}

function heartbeatOf(part: string, redis: Redis, { logger }: CommandWireOptions): Heartbeat {
  return new Heartbeat({
    part,
    logger,
    beat: () =>
      redis.status === "ready"
        ? redis.ping()
        : Promise.reject(new Error(`the connection is ${redis.status}`)),
    renew: () => {
      // Only a ready connection can hang: cutting one that is reconnecting would end it for good.
      if (redis.status === "ready") redis.disconnect(true);
    },
  });
}
