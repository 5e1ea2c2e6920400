/**
 * Rules without servers: one partition of an actor with the production's batch around it and a map in the place of
 * Postgres. `given(actor, …what was said before).when(message).then(outcome)`.
 *
 * 1. Each message is a batch of its own; only what `needs`, `page` and being pinned name is in memory, so a gap there shows.
 * 2. What is saved is frozen: a decision that changes its state in place throws.
 * 3. `crash` forgets everything that was not saved; `rehearse` decides and crashes before the commit.
 */
import { trace } from "@opentelemetry/api";
import type { Actor, Fact, PageRequest } from "../../actors/runtime/actor.ts";
import { Batch } from "../../actors/runtime/batch.ts";
import type { Entities, Entity } from "../../actors/runtime/entities.ts";
import { type Incoming, incoming } from "../../actors/runtime/incoming.ts";
import { Outgoing } from "../../actors/runtime/outgoing.ts";
import type { CommandRow, LaterRow, LetterRow, OutboxRow } from "../../actors/runtime/store.ts";
import type { Company } from "../../schemas/company.ts";
import type { Envelope } from "../../schemas/envelope.ts";
import { kindOf } from "../../schemas/registry.ts";
import { Inbox, inboxKey, type Marks } from "../../streams/inbox.ts";
import { KINDS, type TopicPartition } from "../../streams/topology.ts";
import { testParking } from "./parking.ts";
import { COMPANY, NOON_MS, SOURCE_OF_EDGE } from "./said.ts";

/** The answer of an actor to a command, as the edge hears it. */
export interface Heard {
  readonly id: string;
  readonly accepted: boolean;
  readonly code?: string;
  readonly detail?: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads bodies of every shape
  readonly body: any;
  readonly replayed: boolean;
}

export interface Outcome<E> {
  readonly facts: readonly Fact[];
  readonly answers: readonly Heard[];
  /** Numbered envelopes for other actors. */
  readonly sent: readonly OutboxRow[];
  readonly later: readonly LaterRow[];
  readonly changed: readonly E[];
  readonly deadLetters: readonly LetterRow[];
  /** Channels in which a number is missing: their owners are asked to send again. */
  readonly gaps: ReadonlySet<string>;
}

export interface SceneOptions<E> {
  readonly company?: Company;
  readonly partition?: number;
  readonly nowMs?: number;
  /** What the kind's store answers to a page request, over everything that is saved. */
  readonly page?: (saved: readonly E[], request: PageRequest) => readonly E[];
}

/** Everything a commit writes. */
interface Saved<E> {
  readonly rows: Map<string, E>;
  readonly later: Map<string, LaterRow>;
  readonly commands: Map<string, CommandRow>;
  inbox: Marks;
  outbox: Marks;
}

export class Scene<E extends Entity, S extends Entities<E>> {
  nowMs: number;
  readonly company: Company;
  readonly saved: Saved<E> = {
    rows: new Map(),
    later: new Map(),
    commands: new Map(),
    inbox: {},
    outbox: {},
  };
  readonly #actor: Actor<E, S>;
  readonly #options: SceneOptions<E>;
  readonly #numbers = new Map<string, number>();
  readonly #numbered = new Map<string, string>();
  #state: S;
  #inbox = new Inbox({});

  constructor(actor: Actor<E, S>, options: SceneOptions<E> = {}) {
    this.#actor = actor;
    this.#options = options;
    this.company = options.company ?? COMPANY;
    this.nowMs = options.nowMs ?? NOON_MS;
    this.#state = actor.newState(options.partition ?? 0, this.company);
  }

  get state(): S {
    return this.#state;
  }

  /** Decides the messages, each as a batch of its own, and answers the last outcome. Expects that no bug shows. */
  tell(...messages: readonly Envelope[]): Outcome<E> {
    const outcomes = messages.map((message) => this.take([this.itemOf(message)]));
    for (const { deadLetters } of outcomes) if (deadLetters[0] !== undefined) throw bug(deadLetters[0]);
    return outcomes.at(-1) ?? nothing();
  }

  /** The same for messages that are expected to end as dead letters, too. */
  tellAnything(message: Envelope): Outcome<E> {
    return this.take([this.itemOf(message)]);
  }

  /** The messages in one batch. */
  tellTogether(...messages: readonly Envelope[]): Outcome<E> {
    return this.take(messages.map((message) => this.itemOf(message)));
  }

  /** The oldest message to itself that is due, if any. */
  tellDue(): Outcome<E> | undefined {
    const row = this.due()[0];
    return row === undefined ? undefined : this.take([this.laterOf(row)]);
  }

  /** Messages to itself that are due, the oldest first; calls of gateways are not among them. */
  due(): LaterRow[] {
    return [...this.saved.later.values()]
      .filter((row) => row.gateway === undefined && row.dueAtMs <= this.nowMs)
      .sort((a, b) => a.dueAtMs - b.dueAtMs);
  }

  /** Until nothing is due. */
  settle(): Outcome<E>[] {
    const outcomes: Outcome<E>[] = [];
    for (let next = this.tellDue(); next !== undefined; next = this.tellDue()) outcomes.push(next);
    return outcomes;
  }

  /** The process dies: what was saved is read again. */
  crash(): void {
    this.#state = this.#actor.newState(this.#options.partition ?? 0, this.company);
    for (const row of this.saved.rows.values()) {
      // What is pinned is what `open` reads; the stores' own tests compare the two.
      if (isPinned(this.#state, row)) this.#state.adopt(row.key, row);
    }
    this.#inbox = new Inbox(this.saved.inbox);
  }

  /** Decides and dies before the commit: what was decided is told, and nothing is left of it. */
  rehearse(message: Envelope): Outcome<E> {
    return this.loseBatch([this.itemOf(message)]);
  }

  rehearseLater(row: LaterRow): Outcome<E> {
    return this.loseBatch([this.laterOf(row)]);
  }

  loseBatch(items: readonly Incoming[]): Outcome<E> {
    const { outcome } = this.#decide(items);
    this.crash();
    return outcome;
  }

  take(items: readonly Incoming[]): Outcome<E> {
    const { outcome, commit } = this.#decide(items);
    commit();
    return outcome;
  }

  /** A message to itself, as the agenda hands it out. */
  laterOf(row: LaterRow | undefined): Incoming {
    if (row === undefined) throw new Error("expected a message to itself, got none");
    return incoming(row.envelope, { laterId: row.id });
  }

  /** A numbered message of a channel, as it comes from a stream. */
  static entryOf(payload: string, from: TopicPartition): Incoming {
    return incoming(payload, { entry: { from, id: "0-0", payload } });
  }

  #decide(items: readonly Incoming[]): { outcome: Outcome<E>; commit: () => void } {
    this.#load(items);
    const { kind } = this.#actor;
    const partition = this.#options.partition ?? 0;
    const outgoing = new Outgoing(kind, partition, this.company, this.saved.outbox);
    const parking = testParking(this.#actor, this.company, partition);
    const batch = new Batch<E, S>({
      actor: this.#actor,
      state: this.#state,
      kind,
      partition,
      company: this.company,
      nowMs: this.nowMs,
      inbox: this.#inbox,
      outgoing,
      parking,
      decided: { outcomes: new Map(this.saved.commands), promised: new Map() },
      tracer: trace.getTracer("test"),
    });
    for (const item of items) batch.take(item);
    const changed = this.#state.takeChanged().map(frozen);
    const outcome: Outcome<E> = {
      facts: batch.facts.map(({ fact }) => fact),
      answers: batch.replies.map(({ payload }) => JSON.parse(payload) as Heard),
      sent: outgoing.rows,
      later: outgoing.later,
      changed,
      deadLetters: parking.takeChanges(this.nowMs).letters,
      gaps: batch.gaps,
    };
    return { outcome, commit: () => this.#commit(batch, outgoing, changed) };
  }

  #commit(batch: Batch<E, S>, outgoing: Outgoing, changed: readonly E[]): void {
    const { saved } = this;
    for (const entity of changed) saved.rows.set(entity.key, entity);
    for (const id of batch.laterDone) saved.later.delete(id);
    for (const row of outgoing.later) saved.later.set(row.id, row);
    for (const row of batch.commands) saved.commands.set(row.id, row);
    saved.inbox = this.#inbox.snapshot();
    saved.outbox = outgoing.marks();
    this.#state.clearPages();
  }

  /** As actors/runtime/partition.ts does it: pages first, then the keys that are not in memory. */
  #load(items: readonly Incoming[]): void {
    for (const { message } of items) {
      if (message === undefined || !this.#actor.handles.has(message.type)) continue;
      const request = this.#actor.page?.(this.#state, message);
      if (request !== undefined) this.#loadPage(message, request);
      for (const key of this.#actor.needs(message)) this.#state.adopt(key, this.saved.rows.get(key));
    }
  }

  #loadPage(message: Envelope, request: PageRequest): void {
    const page = this.#options.page?.([...this.saved.rows.values()], request) ?? [];
    for (const entity of page) this.#state.adopt(entity.key, entity);
    this.#state.setPage(
      message.id,
      page.map((entity) => entity.key),
    );
  }

  /** Commands of the edge have no number, messages to oneself no stream; what is told twice keeps its number. */
  itemOf(message: Envelope): Incoming {
    const from: TopicPartition = {
      topic: KINDS[this.#actor.kind].reads[0] ?? "task-board",
      partition: this.#options.partition ?? 0,
    };
    if (kindOf(message.type) === "internal")
      return incoming(JSON.stringify(message), { laterId: message.id });
    if (message.source === SOURCE_OF_EDGE) return Scene.entryOf(JSON.stringify(message), from);
    const known = this.#numbered.get(message.id);
    if (known !== undefined) return Scene.entryOf(known, from);
    const channel = inboxKey(from, message.source);
    const number = (this.#numbers.get(channel) ?? 0) + 1;
    this.#numbers.set(channel, number);
    const payload = JSON.stringify({ sequence: String(number), ...message });
    this.#numbered.set(message.id, payload);
    return Scene.entryOf(payload, from);
  }
}

/** A scene in which all of this was said already. */
export function given<E extends Entity, S extends Entities<E>>(
  actor: Actor<E, S>,
  ...earlier: readonly Envelope[]
): Given<E, S> {
  const scene = new Scene(actor);
  scene.tell(...earlier);
  return new Given(scene);
}

export class Given<E extends Entity, S extends Entities<E>> {
  readonly scene: Scene<E, S>;

  constructor(scene: Scene<E, S>) {
    this.scene = scene;
  }

  when(message: Envelope): When<E, S> {
    return new When(this.scene, this.scene.tellAnything(message));
  }
}

export class When<E extends Entity, S extends Entities<E>> {
  readonly #scene: Scene<E, S>;
  readonly #outcome: Outcome<E>;

  constructor(scene: Scene<E, S>, outcome: Outcome<E>) {
    this.#scene = scene;
    this.#outcome = outcome;
  }

  // biome-ignore lint/suspicious/noThenProperty: it reads "given, when, then"; nobody awaits it
  then(check: (outcome: Outcome<E>, scene: Scene<E, S>) => void): void {
    check(this.#outcome, this.#scene);
  }
}

function isPinned<E extends Entity>(state: Entities<E>, entity: E): boolean {
  return (state as unknown as { pinned(entity: E): boolean }).pinned(entity);
}

function nothing<E>(): Outcome<E> {
  return { facts: [], answers: [], sent: [], later: [], changed: [], deadLetters: [], gaps: new Set() };
}

function bug({ type, code, reason }: LetterRow): Error {
  return new Error(`${type} became a dead letter: ${code}: ${reason}`);
}

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(frozen);
  }
  return value;
}
