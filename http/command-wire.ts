/**
 * The edge's two connections for commands: one appends them, one hears the replies on the edge's own channel.
 *
 * 1. Appending never waits for a Redis that is away: the heartbeat refuses, or lets go (EDGE-3).
 * 2. A command is appended by a script that also marks it as running; the mark lies in the stream's slot, so that the
 *    same code works in a cluster.
 * 3. What comes while the event loop reads its sockets goes in one call: a write of its own for each command cost 130 µs
 *    of a core, a fifth of a request. Who comes alone waits for nobody, and a busy loop is not waited for either.
 * 4. A reply is only a message: whoever waits must also look into the table `commands`, the more so after a reconnect.
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
/** So many are enough for one call; with a thousand busy sockets the event loop may go on reading for long. */
const CALL_MAX = 32;
const SCRIPT = readFileSync(new URL("./append-commands.lua", import.meta.url), "utf8");

interface Scripted {
  atesAppendCommands(keys: number, ...args: (string | number)[]): Promise<readonly (0 | 1)[] | null>;
}

interface Queued {
  readonly id: Uuid;
  readonly envelope: string;
  readonly markMs: number;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: unknown) => void;
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
  /** Commands that go with the next call. */
  readonly #queued = new Map<Topic, Queued[]>();

  constructor(options: CommandWireOptions) {
    this.#options = options;
    this.channel = `ates:reply:${options.edgeId}`;
    this.#sender = options.redis("commands") as Redis & Scripted;
    this.#sender.defineCommand("atesAppendCommands", { lua: SCRIPT });
    this.#listener = options.redis("subscriber");
    this.#listener.on("message", (_channel: string, lines: string) => {
      for (const line of lines.split("\n")) this.#hear(line);
    });
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

  /** `running` when any edge has appended it within `markMs`; throws when it is certain that nothing was appended. */
  append(topic: Topic, id: Uuid, envelope: string, markMs: number): Promise<Appended> {
    return new Promise((resolve, reject) => {
      const queued = this.#queued.get(topic) ?? [];
      queued.push({ id, envelope, markMs, resolve, reject });
      if (queued.length === 1) {
        this.#queued.set(topic, queued);
        setImmediate(() => this.#flush(topic));
      }
      if (queued.length === CALL_MAX) this.#flush(topic);
    });
  }

  /** Milliseconds since the first command after this entry was appended, by the clock of Redis; 0 = there is none. */
  async ageAfter(topic: Topic, entryId: string): Promise<number> {
    const [heartbeat] = this.#heartbeats;
    const key = streamKey({ topic, partition: 0 });
    const [first] = await heartbeat.whileUp(() => this.#sender.xrange(key, `(${entryId}`, "+", "COUNT", 1));
    if (first === undefined) return 0;
    const [seconds] = await heartbeat.whileUp(() => this.#sender.time());
    return Math.max(0, Number(seconds) * 1_000 - Number.parseInt(first[0], 10));
  }

  /** The command has been promised: until it is decided, a repeat finds that it is on its way. */
  holdMark(id: Uuid, markMs: number): void {
    this.#sender.set(markKey(id), "1", "PX", markMs).catch(() => undefined);
  }

  /** Nothing was decided, and the same command may come again at once. */
  forget(id: Uuid): void {
    this.#sender.del(markKey(id)).catch(() => undefined); // the mark goes by itself
  }

  #flush(topic: Topic): void {
    const queued = this.#queued.get(topic);
    this.#queued.delete(topic);
    if (queued !== undefined) void this.#appendAll(topic, queued);
  }

  /** Never throws: each command hears of its own end. */
  async #appendAll(topic: Topic, commands: readonly Queued[]): Promise<void> {
    const [heartbeat] = this.#heartbeats;
    if (!heartbeat.up) {
      for (const { reject } of commands) reject(new PartDown("Redis"));
      return;
    }
    try {
      const done = await heartbeat.guard(() => this.#callScript(topic, commands));
      for (const [index, { resolve }] of commands.entries())
        resolve(done === null ? "absent" : done[index] === 1 ? "appended" : "running");
    } catch (error) {
      const isCertain = neverSent(error);
      for (const { resolve, reject } of commands) isCertain ? reject(error) : resolve("uncertain");
    }
  }

  #callScript(topic: Topic, commands: readonly Queued[]): Promise<readonly (0 | 1)[] | null> {
    const keys = [streamKey({ topic, partition: 0 }), ...commands.map(({ id }) => markKey(id))];
    const values = commands.flatMap(({ envelope, markMs }) => [envelope, markMs]);
    return this.#sender.atesAppendCommands(keys.length, ...keys, ...values);
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
