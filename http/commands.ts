/**
 * Commands on their way: from a request to an envelope in a stream, and from the actor's reply to an outcome (EDGE-2).
 *
 * 1. A command's id is its Idempotency-Key: the same person and key give the same id, for ever and on every edge, and
 *    the actor decides an id once. So repeating is always safe, and nobody looks before sending: a repeat within seconds,
 *    or of a promise, meets the mark of the first and is told what the row says; a later one is answered by the actor.
 * 2. What is accepted or rejected is committed; `pending` is a promise kept by a row that holds the envelope, which the
 *    runtime appends again until an actor has decided it; `unavailable` means that nothing will happen, unless the
 *    reason says that nobody knows.
 * 3. The reply is the fast way to the outcome, the row in Postgres the sure one: it is looked at every second, after a
 *    reconnect, and before anything is promised.
 */
import type { Logger } from "pino";
import type { RawEnvelope } from "../schemas/envelope.ts";
import { dataschema } from "../schemas/envelope.ts";
import { newUuid, type UserId, type Uuid } from "../schemas/ids.ts";
import { checkData, checkEnvelope, latestVersion } from "../schemas/registry.ts";
import { REJECTIONS } from "../schemas/rejections.ts";
import type { RedisFactory } from "../streams/connection.ts";
import type { Topic } from "../streams/topology.ts";
import { keyedCommandId } from "./command-id.ts";
import {
  type CommandRow,
  findCommand,
  findDoneCommands,
  type PromisedCommand,
  promiseCommand,
} from "./command-store.ts";
import { type Appended, type CommandReply, CommandWire } from "./command-wire.ts";
import type { Database } from "./database.ts";
import { newTraceId, traceparentOf } from "./middleware/trace-context.ts";
import type { CommandOutcome, CommandRequest, SendCommand } from "./route.ts";
import { isUnavailable } from "./unavailable.ts";

export interface CommandSenderOptions {
  readonly database: Database;
  /** Whether Postgres answers: without it no actor commits, so nothing is sent. */
  readonly databaseUp: () => boolean;
  readonly redis: RedisFactory;
  readonly edgeId: Uuid;
  readonly logger: Logger;
  readonly nowMs: () => number;
  /** Why nobody decides commands of a topic at the moment; undefined = somebody does. */
  readonly closed?: ((topic: CommandRequest["topic"]) => string | undefined) | undefined;
  /** A command that was answered with a promise is decided now. */
  readonly onKept?: (id: Uuid, sender: UserId) => void;
}

const RECHECK_MS = 1_000;
/** Longer than any wait: the mark outlives the request that set it, and a crashed edge's mark goes soon. */
const MARK_SLACK_MS = 5_000;
/** Longer than outages are; without its mark the repeat of a promise is sent once more, and dropped by its actor. */
const PROMISE_MARK_MS = 600_000;
const PROMISES_MAX = 10_000;
const RETRY_AFTER_S = 1;

interface Command {
  readonly id: Uuid;
  readonly request: CommandRequest;
  readonly envelope: string;
  readonly traceId: string;
}

interface Waiting {
  readonly command: Command;
  readonly resolve: (outcome: CommandOutcome) => void;
}

export class CommandSender {
  readonly #options: CommandSenderOptions;
  readonly #wire: CommandWire;
  /** Requests that wait for a reply, by command. */
  readonly #waiting = new Map<Uuid, Waiting>();
  /** Keyed commands of this edge that are being worked on, with their fingerprints. */
  readonly #inFlight = new Map<Uuid, string>();
  /** Commands answered with a promise, oldest first; the oldest are forgotten. */
  readonly #promised = new Map<Uuid, UserId>();

  constructor(options: CommandSenderOptions) {
    this.#options = options;
    const { redis, edgeId, logger } = options;
    this.#wire = new CommandWire({
      redis,
      edgeId,
      logger,
      onReply: (reply) => this.#settle(reply.id, outcomeOfReply(reply)),
      onReconnect: () => void this.#settleFromRows(),
    });
  }

  start(limitMs: number): Promise<void> {
    return this.#wire.start(limitMs);
  }

  close(): void {
    this.#wire.close();
  }

  readonly ageAfter = (topic: Topic, entryId: string): Promise<number> => this.#wire.ageAfter(topic, entryId);

  readonly send: SendCommand = async (request) => {
    if (!this.#options.databaseUp()) return unavailable("The database does not answer; nothing was done.");
    const { caller, idempotencyKey, type } = request;
    const id =
      idempotencyKey === undefined
        ? newUuid(this.#options.nowMs())
        : keyedCommandId(caller.id, idempotencyKey);
    try {
      return idempotencyKey === undefined ? await this.#run(id, request) : await this.#runOnce(id, request);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      this.#options.logger.warn({ err: error, type }, "a command could not be sent");
      return this.#notSent(id, request, "The command could not be handed on; nothing was done.");
    }
  };

  async #runOnce(id: Uuid, request: CommandRequest): Promise<CommandOutcome> {
    const other = this.#inFlight.get(id);
    if (other !== undefined) return other === request.fingerprint ? { state: "running", id } : keyReused();
    this.#inFlight.set(id, request.fingerprint);
    try {
      return await this.#run(id, request);
    } finally {
      this.#inFlight.delete(id);
    }
  }

  async #run(id: Uuid, request: CommandRequest): Promise<CommandOutcome> {
    const closed = this.#options.closed?.(request.topic);
    if (closed !== undefined) return this.#notSent(id, request, closed);
    const command = this.#commandOf(id, request);
    const { promise, resolve } = Promise.withResolvers<CommandOutcome>();
    this.#waiting.set(id, { command, resolve });
    try {
      const appended = await this.#append(command);
      if (appended === "absent")
        return await this.#notSent(id, request, "Nobody is there yet to take the command; nothing was done.");
      if (appended === "running") return (await this.#stored(id, request)) ?? { state: "running", id };
      const outcome = appended === "appended" ? await this.#waitFor(command, promise) : undefined;
      return outcome ?? (await this.#promise(command, promise));
    } finally {
      this.#waiting.delete(id);
    }
  }

  #append({ id, request, envelope }: Command): Promise<Appended> {
    return this.#wire.append(request.topic, id, envelope, request.waitMs + MARK_SLACK_MS);
  }

  async #stored(id: Uuid, { fingerprint }: CommandRequest): Promise<CommandOutcome | undefined> {
    const row = await findCommand(this.#options.database, id);
    return row === undefined ? undefined : outcomeOfRow(row, fingerprint, true);
  }

  /** Whatever is away: what was decided before is told all the same. */
  async #notSent(id: Uuid, request: CommandRequest, reason: string): Promise<CommandOutcome> {
    try {
      const isRepeatable = request.idempotencyKey !== undefined;
      return (isRepeatable ? await this.#stored(id, request) : undefined) ?? unavailable(reason);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      return unavailable(reason);
    }
  }

  /** The outcome, or undefined when it does not come within the time that the request is ready to wait. */
  async #waitFor(command: Command, replied: Promise<CommandOutcome>): Promise<CommandOutcome | undefined> {
    const untilMs = performance.now() + command.request.waitMs;
    for (;;) {
      const leftMs = untilMs - performance.now();
      if (leftMs <= 0) return undefined;
      const outcome = await firstWithin(Math.min(leftMs, RECHECK_MS), replied);
      if (outcome !== undefined) return outcome;
      if (leftMs > RECHECK_MS) await this.#settleFromRows([command.id]);
    }
  }

  /** Makes the promise, unless the command is decided in this very moment. What is sent back by then stays promised. */
  async #promise(command: Command, replied: Promise<CommandOutcome>): Promise<CommandOutcome> {
    const { id, request } = command;
    this.#remember(id, request.caller.id);
    try {
      const row = await promiseCommand(this.#options.database, promisedOf(command));
      const outcome = outcomeFor(command, row) ?? (await firstWithin(0, replied));
      if (outcome === undefined || isUndecided(outcome)) {
        this.#wire.holdMark(id, PROMISE_MARK_MS);
        return { state: "pending", id };
      }
      this.#promised.delete(id);
      if (request.waitMs > 0 || isRepeat(outcome)) return outcome;
      this.#options.onKept?.(id, request.caller.id); // who asked for a promise gets one, however soon it is kept
      return { state: "pending", id };
    } catch (error) {
      this.#promised.delete(id);
      if (!isUnavailable(error)) throw error;
      this.#options.logger.warn({ err: error, command: id }, "a command that was sent could not be promised");
      return unavailable(
        "The command was handed on, but its outcome is not known: repeat it with its Idempotency-Key.",
      );
    }
  }

  #remember(id: Uuid, sender: UserId): void {
    this.#promised.set(id, sender);
    if (this.#promised.size <= PROMISES_MAX) return;
    const [oldest] = this.#promised.keys();
    if (oldest !== undefined) this.#promised.delete(oldest);
  }

  #settle(id: Uuid, outcome: CommandOutcome): void {
    if (isUndecided(outcome)) this.#wire.forget(id);
    this.#waiting.get(id)?.resolve(outcome);
    const sender = this.#promised.get(id);
    if (sender === undefined || this.#waiting.has(id) || isUndecided(outcome)) return;
    this.#promised.delete(id);
    this.#options.onKept?.(id, sender);
  }

  /** What replies may have said while nobody heard them. */
  async #settleFromRows(
    ids: readonly Uuid[] = [...this.#waiting.keys(), ...this.#promised.keys()],
  ): Promise<void> {
    if (ids.length === 0) return;
    try {
      for (const row of await findDoneCommands(this.#options.database, ids)) {
        const command = this.#waiting.get(row.id)?.command;
        const outcome = command === undefined ? undefined : outcomeFor(command, row);
        this.#settle(row.id, outcome ?? outcomeOfRow(row, row.fingerprint, false));
      }
    } catch (error) {
      this.#options.logger.warn(
        { err: error },
        "the outcomes of commands could not be read; they are looked for again",
      );
    }
  }

  #commandOf(id: Uuid, request: CommandRequest): Command {
    const traceparent = traceparentOf(request.traceId ?? newTraceId());
    const subject = typeof request.subject === "string" ? request.subject : request.subject(id);
    const envelope: RawEnvelope = {
      specversion: "1.0",
      id,
      source: "/ates/edge",
      type: request.type,
      subject,
      time: new Date(this.#options.nowMs()).toISOString(),
      datacontenttype: "application/json",
      dataschema: dataschema(request.type, latestVersion(request.type) ?? 0),
      partitionkey: subject,
      causationid: id,
      correlationid: id,
      traceparent,
      senderid: request.caller.id,
      senderrole: request.caller.role,
      replyto: this.#wire.channel,
      fingerprint: request.fingerprint,
      data: request.data,
    };
    const problem = checkEnvelope(envelope) ?? checkData(envelope);
    if (problem !== undefined) throw new Error(`the edge made an invalid ${request.type}: ${problem.detail}`);
    return { id, request, envelope: JSON.stringify(envelope), traceId: traceparent.slice(3, 35) };
  }
}

/** What the row says of a command that was sent; undefined when it is not decided. Another trace decided before it. */
function outcomeFor({ request, traceId }: Command, row: CommandRow | undefined): CommandOutcome | undefined {
  if (row === undefined) return undefined;
  const outcome = outcomeOfRow(row, request.fingerprint, row.traceId !== traceId);
  return outcome.state === "running" ? undefined : outcome;
}

/** The outcome that a stored row stands for, under the fingerprint of the request that asks. */
export function outcomeOfRow(row: CommandRow, fingerprint: string, replayed: boolean = true): CommandOutcome {
  if (row.fingerprint !== fingerprint) return keyReused();
  if (row.state === "pending") return { state: "running", id: row.id };
  return outcomeOf(row.accepted === true, row.code ?? undefined, row.body, replayed);
}

function outcomeOfReply({ accepted, code, body, replayed }: CommandReply): CommandOutcome {
  return outcomeOf(accepted, code, body, replayed);
}

function outcomeOf(
  accepted: boolean,
  code: string | undefined,
  body: unknown,
  replayed: boolean,
): CommandOutcome {
  if (accepted) return { state: "accepted", body, replayed };
  const detail = (body as { detail?: unknown } | null)?.detail;
  return {
    state: "rejected",
    code: code ?? "",
    detail: typeof detail === "string" ? detail : "",
    body,
    replayed,
  };
}

/** The actor's mailbox is parked: it was asked, and decided nothing. */
function isUndecided(outcome: CommandOutcome): boolean {
  return outcome.state === "rejected" && outcome.code === "mailbox_parked";
}

/** It says what was decided before, or that the key was used for something else. */
function isRepeat(outcome: CommandOutcome): boolean {
  const isDecision = outcome.state === "accepted" || outcome.state === "rejected";
  return !isDecision || outcome.replayed || (outcome.state === "rejected" && outcome.code === "key_reused");
}

function keyReused(): CommandOutcome {
  const detail = REJECTIONS.key_reused;
  return { state: "rejected", code: "key_reused", detail, body: { detail }, replayed: false };
}

function unavailable(reason: string): CommandOutcome {
  return { state: "unavailable", retryAfterS: RETRY_AFTER_S, reason };
}

function promisedOf({ id, request, envelope, traceId }: Command): PromisedCommand {
  const { caller, fingerprint, topic, type } = request;
  return { id, sender: caller.id, fingerprint, topic, type, envelope, traceId };
}

async function firstWithin<T>(limitMs: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => setImmediate(() => resolve(undefined)), limitMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
