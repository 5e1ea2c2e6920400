/**
 * The edge of a run, as far as commands go (http/commands.ts): it appends the envelope, waits for the outcome, promises
 * the command when none comes in time, and appends it again when its sender repeats it. Every command comes to an outcome
 * in the end; what somebody was told of one is never contradicted (EDGE-2).
 */
import { dataschema, type RawEnvelope, type Role } from "../../schemas/envelope.ts";
import type { CommandType, DataOf } from "../../schemas/generated/messages.ts";
import type { Uuid } from "../../schemas/ids.ts";
import { checkData, checkEnvelope } from "../../schemas/registry.ts";
import type { Topic } from "../../streams/topology.ts";
import type { Random } from "./random.ts";
import type { Scheduler } from "./scheduler.ts";
import type { SimulatedDatabase } from "./store/database.ts";
import { Violation } from "./violation.ts";

export const REPLY_CHANNEL = "ates:reply:simulation";

export interface Request {
  readonly topic: "directory" | "task-board" | "bookkeeper" | "scheduler" | "webhook";
  readonly type: CommandType;
  readonly subject: string;
  readonly data: DataOf[CommandType];
}

export interface EdgeOptions {
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly database: SimulatedDatabase;
  readonly append: (topic: Topic, envelope: string) => Promise<boolean>;
}

interface Sent {
  readonly id: Uuid;
  readonly topic: Topic;
  readonly type: string;
  readonly envelope: string;
  readonly deadlineMs: number;
  isPromised: boolean;
}

const WAIT_MS = 5_000;
const LOOK_EVERY_MS = 1_000;
/** What is promised is looked at in less of a hurry. */
const LOOK_AT_PROMISED_EVERY_MS = 5_000;
const REPEAT_MAX_MS = 3_000;
/** Two clicks, two edges, a client that does not trust its connection. */
const TWICE = 0.15;

export class SimulatedEdge {
  readonly #options: EdgeOptions;
  /** Commands without an outcome that their sender knows of. */
  readonly #waiting = new Map<Uuid, Sent>();
  /** What senders were told, to the letter. */
  readonly #told = new Map<Uuid, string>();

  constructor(options: EdgeOptions) {
    this.#options = options;
  }

  send(sender: { readonly id: Uuid; readonly role: Role }, request: Request): void {
    const { random, scheduler } = this.#options;
    const id = random.uuid(scheduler.wallMs);
    const envelope = this.#envelope(id, sender, request);
    const { topic, type } = request;
    const sent: Sent = {
      id,
      topic,
      type,
      envelope,
      deadlineMs: scheduler.nowMs + WAIT_MS,
      isPromised: false,
    };
    this.#waiting.set(id, sent);
    scheduler.trace(`${type} ${id} by ${sender.id}`);
    this.#append(sent);
    if (random.chance(TWICE)) scheduler.after(random.below(REPEAT_MAX_MS), () => this.#append(sent));
    this.#lookAgain(sent);
  }

  /** A reply says what is committed (G6), or that nothing is decided as long as the mailbox is parked. */
  heard(payload: string): void {
    const { id, accepted, code, body } = JSON.parse(payload) as ReplyText;
    if (code === "mailbox_parked") return;
    const row = this.#options.database.commands.outcome(id);
    if (row === undefined)
      throw new Violation("G6", `command ${id} was answered before its outcome was committed`);
    this.#waiting.delete(id);
    this.#tell(id, JSON.stringify([accepted, code ?? null, body]));
    if (JSON.stringify([row.accepted, row.code ?? null, row.body]) !== this.#told.get(id))
      throw new Violation(
        "EDGE-2",
        `command ${id} was answered ${payload}, and its outcome is stored as ${JSON.stringify(row)}`,
      );
  }

  open(): string | undefined {
    const [first] = this.#waiting.values();
    return first === undefined
      ? undefined
      : `${this.#waiting.size} commands are not decided, such as ${first.type} ${first.id}`;
  }

  #append(sent: Sent): void {
    const { append, random, scheduler } = this.#options;
    void append(sent.topic, sent.envelope).then((isIn) => {
      if (isIn) return;
      // Nobody knows whether it is in: the edge promises it, or says so, and the sender repeats it.
      if (random.chance(0.5)) this.#promise(sent);
      else
        scheduler.after(random.below(REPEAT_MAX_MS), () => this.#waiting.has(sent.id) && this.#append(sent));
    });
  }

  #lookAgain(sent: Sent): void {
    const { scheduler, database } = this.#options;
    scheduler.after(sent.isPromised ? LOOK_AT_PROMISED_EVERY_MS : LOOK_EVERY_MS, () => {
      if (!this.#waiting.has(sent.id)) return; // its reply came
      const row = database.commands.outcome(sent.id);
      if (row !== undefined) {
        this.#waiting.delete(sent.id);
        this.#tell(sent.id, JSON.stringify([row.accepted, row.code ?? null, row.body]));
        return;
      }
      if (scheduler.nowMs >= sent.deadlineMs) this.#promise(sent);
      this.#lookAgain(sent);
    });
  }

  #promise(sent: Sent): void {
    if (sent.isPromised) return;
    sent.isPromised = true;
    const { id, topic, envelope } = sent;
    this.#options.scheduler.trace(`${id} is promised`);
    this.#options.database.commands.promise({ id, topic, envelope });
  }

  #tell(id: Uuid, outcome: string): void {
    const before = this.#told.get(id);
    if (before !== undefined && before !== outcome)
      throw new Violation("EDGE-2", `command ${id} was answered ${before}, and then ${outcome}`);
    this.#told.set(id, outcome);
  }

  #envelope(id: Uuid, sender: { readonly id: Uuid; readonly role: Role }, request: Request): string {
    const { type, subject, data } = request;
    const hex = id.replaceAll("-", "");
    const envelope = {
      specversion: "1.0",
      id,
      source: "/ates/edge",
      type,
      subject,
      time: new Date(this.#options.scheduler.wallMs).toISOString(),
      datacontenttype: "application/json",
      dataschema: dataschema(type, 1),
      partitionkey: subject,
      causationid: id,
      correlationid: id,
      traceparent: `00-${hex}-${hex.slice(16)}-00`,
      senderid: sender.id,
      senderrole: sender.role,
      replyto: REPLY_CHANNEL,
      fingerprint: `${type} ${id}`,
      data,
    } as unknown as RawEnvelope;
    const problem = checkEnvelope(envelope) ?? checkData(envelope);
    if (problem !== undefined) throw new Error(`the workload made an invalid ${type}: ${problem.detail}`);
    return JSON.stringify(envelope);
  }
}

interface ReplyText {
  readonly id: Uuid;
  readonly accepted: boolean;
  readonly code?: string;
  readonly body: unknown;
}
