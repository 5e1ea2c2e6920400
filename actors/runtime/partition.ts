/**
 * A partition in the hands of this host: read → decide → commit → acknowledge, publish, reply. Batches grow by
 * themselves: while one is committed the next arrives (natural batching); nothing waits when idle.
 *
 * 1. The commit's first statement is the fence (G2); any failure of it whose outcome is unknown ends this activation,
 *    and the host takes the partition again with a higher epoch. Nothing is retried blindly.
 * 2. Acknowledge, publish and reply come after the commit (G3); if they are lost, redelivery and resend mend it.
 * 3. A batch that cannot be committed as it is, because the database refuses its data or a handler failed half-way, is
 *    halved until the culprit stands alone; that one parks its actor (G8).
 * 4. A message that ends its host ends the next one, too: care.ts finds it.
 */
import { context as otel, trace } from "@opentelemetry/api";
import type { Uuid } from "../../schemas/ids.ts";
import { Inbox } from "../../streams/inbox.ts";
import { StreamReader } from "../../streams/reader.ts";
import { KINDS, subscriptions } from "../../streams/topology.ts";
import { Agenda } from "./agenda.ts";
import { arrived } from "./arrived.ts";
import { Batch, positionKey, refusalOf } from "./batch.ts";
import { Care } from "./care.ts";
import { sleep } from "./clock.ts";
import type { Entities, Entity } from "./entities.ts";
import { commandIdsOf, entriesOf, type Incoming } from "./incoming.ts";
import { loadFor } from "./load.ts";
import { Mailbox } from "./mailbox.ts";
import { Outgoing } from "./outgoing.ts";
import { Parking, type ParkingChanges } from "./parking.ts";
import type { PartitionOptions } from "./partition-options.ts";
import { isRetry, Wishes, withLetters } from "./retry.ts";
import type { Rounds } from "./rounds.ts";
import type { Lease, Opened, Writes } from "./store.ts";
import type { Turn } from "./turn.ts";

const READ_RETRY_MS = 100;

export class Partition {
  readonly lease: Lease;
  readonly #o: PartitionOptions;
  readonly #alone: Turn;
  readonly #rounds: Rounds;
  readonly #mailbox: Mailbox;
  #reader: StreamReader | undefined;
  #agenda: Agenda;
  /** Rows of the agenda that the batch under way holds: reading the partition again must not hand them out twice. */
  #inHand = new Set<Uuid>();
  #state: Entities<Entity>;
  #inbox = new Inbox({});
  #outboxMarks: Record<string, number> = {};
  #cursors: Record<string, string> = {};
  #parking: Parking;
  readonly #wishes = new Wishes();
  #wasLongWork = false;
  #care = new Care({ suspects: [], later: [] });
  readonly #isOpen = Promise.withResolvers<void>();
  #stopping = false;
  #ended = false;

  /** The host's: `alone` for messages over which it may be lost, `rounds` for the batches of all its partitions. */
  constructor(options: PartitionOptions, alone: Turn, rounds: Rounds) {
    this.#alone = alone;
    this.#rounds = rounds;
    this.lease = options.lease;
    this.#o = options;
    this.#mailbox = new Mailbox(options.limits.mailboxBytesMax);
    this.#agenda = this.#newAgenda();
    this.#state = options.actor.newState(options.lease.partition, options.company);
    this.#parking = this.#newParking({ parked: [], lastPlace: 0 });
  }

  /** Numbers given to each channel so far: what the outbox may still hold. */
  get outboxMarks(): Readonly<Record<string, number>> {
    return this.#outboxMarks;
  }

  get cursors(): Readonly<Record<string, string>> {
    return this.#cursors;
  }

  /** Resolves when it decides what arrives. */
  get opened(): Promise<void> {
    return this.#isOpen.promise;
  }

  /** An operator asked something about one of its letters: it is done in one of the next batches. */
  ask(letter: Uuid): void {
    this.#wishes.add({ asked: letter });
    this.#mailbox.wake();
  }

  /** Runs until `stop` or until the partition is lost; then it throws why. Never runs twice. */
  async run(): Promise<void> {
    this.#reader = this.#newReader();
    this.#reader?.connect(); // while Postgres is asked
    let reading: Promise<void> | undefined;
    try {
      this.#open(await this.#o.store.open(this.lease));
      reading = this.#read(this.#reader);
      // A mail handed over half-way would be sent twice: calls under way end here, and meanwhile the rest goes on.
      while (!this.#stopping || this.#agenda.isCalling || this.#agenda.hasReady) await this.#turn();
    } finally {
      this.#ended = true;
      this.#rounds.gathered();
      this.#agenda.stop();
      this.#reader?.close();
      this.#mailbox.release();
      await reading;
    }
  }

  #open(opened: Opened): void {
    this.#adopt(opened);
    this.#care = new Care(opened);
    // What waits for a host that knows more than the last one: perhaps this is it.
    for (const { actor, code } of opened.parked) if (code === "unknown_version") this.#wishes.add({ actor });
    this.#isOpen.resolve();
  }

  async #turn(): Promise<void> {
    if (this.#hasWork) {
      if (!this.#stopping) await this.#rounds.mine(this.lease.kind); // whoever goes does not wait
      await this.#process(this.#next());
      this.#rounds.ended(this.lease, this.#agenda.hasReady);
    } else await this.#mailbox.idle();
  }

  get #hasWork(): boolean {
    return this.#mailbox.size > 0 || this.#agenda.hasReady || this.#wishes.hasAny;
  }

  /** Finishes the batch and the calls under way; `run` then returns. */
  stop(): void {
    this.#stopping = true;
    this.#rounds.gathered();
    this.#agenda.drain();
    this.#mailbox.wake();
  }

  #newReader(): StreamReader | undefined {
    const { company, connect, limits, clock } = this.#o;
    const streams = subscriptions(this.lease.kind, this.lease.partition, company.partitions);
    if (streams.length === 0) return undefined;
    const cursorOf = (at: Parameters<typeof positionKey>[0]) => this.#cursors[positionKey(at)];
    return new StreamReader({
      connect,
      group: this.lease.kind,
      streams,
      cursorOf,
      countMax: limits.batchEntriesMax,
      clock,
    });
  }

  async #read(reader: StreamReader | undefined): Promise<void> {
    while (reader !== undefined && !this.#ended) {
      try {
        const entries = await reader.read();
        this.#mailbox.put(entries);
        await this.#mailbox.room();
        await this.#rounds.mayRead(this.lease.kind);
      } catch (error) {
        if (this.#ended) return;
        this.#o.logger.warn(
          { err: error, kind: this.lease.kind, partition: this.lease.partition },
          "reading failed",
        );
        await sleep(this.#o.clock, READ_RETRY_MS);
      }
    }
  }

  #newAgenda(): Agenda {
    const { clock, gateways, tracer, logger, store } = this.#o;
    const onBug = (err: unknown) => logger.error({ err }, "a call failed unforeseen; it is made again");
    const texts = (ids: readonly Uuid[]) => store.calls(this.lease, ids);
    return new Agenda({ clock, gateways, tracer, texts, onBug, wake: () => this.#mailbox.wake() });
  }

  #newParking(opened: Pick<Opened, "parked" | "lastPlace">): Parking {
    const { company, limits, actor } = this.#o;
    const afterLastAttempt = (type: string) => actor.afterLastAttempt(type);
    return new Parking({ lease: this.lease, company, limits, afterLastAttempt }, opened);
  }

  /** Takes what Postgres holds. What is in memory, gateways' calls under way included, is forgotten. */
  #adopt(opened: Opened): void {
    this.#agenda.stop();
    this.#agenda = this.#newAgenda();
    if (this.#stopping) this.#agenda.drain(); // on its way out it begins nothing more
    this.#state = this.#o.actor.newState(this.lease.partition, this.#o.company);
    for (const entity of opened.entities) this.#state.adopt(entity.key, entity);
    this.#inbox = new Inbox(opened.position.inbox);
    this.#outboxMarks = opened.position.outbox;
    this.#cursors = { ...opened.position.cursors };
    this.#parking = this.#newParking(opened);
    this.#agenda.add(opened.later.filter((row) => !this.#inHand.has(row.id)));
  }

  /**
   * Where one partition serves the whole company, pieces of long work (a shuffle) and what has arrived take turns: nobody
   * waits for more than a piece and a batch of his own kind.
   */
  #next(): Incoming[] {
    const wishes = this.#wishes.take(this.#o.limits.batchEntriesMax);
    if (KINDS[this.lease.kind].spread === "many") return [...wishes, ...this.#answers(), ...this.#arrived()];
    this.#wasLongWork = this.#agenda.hasReady && !(this.#wasLongWork && this.#mailbox.size > 0);
    return [...wishes, ...(this.#wasLongWork ? this.#answers() : this.#arrived())];
  }

  #arrived(): Incoming[] {
    const { batchEntriesMax, batchBytesMax } = this.#o.limits;
    const { heeds, handles } = this.#o.actor;
    const taken = this.#mailbox.take(batchEntriesMax, batchBytesMax);
    return arrived(taken, heeds?.(this.#state) ?? handles, this.#o.metrics);
  }

  /** What the agenda has ready: due messages and gateways' answers. */
  #answers(): Incoming[] {
    return this.#agenda.take(this.#o.limits.batchEntriesMax);
  }

  async #process(items: readonly Incoming[]): Promise<void> {
    this.#inHand = new Set(items.flatMap(({ laterId }) => laterId ?? []));
    const isDangerous = (mailbox: string) => this.#parking.isDangerous(mailbox);
    for (const part of this.#care.parts(items, isDangerous)) {
      const decide = async () => this.#commitOrHalve(await this.#care.note(this.#o.store, this.lease, part));
      await (part.isAlone ? this.#alone.run(decide) : decide());
    }
  }

  /**
   * The refused commit rolled back: memory is ahead of Postgres, and is read again before the next try. A mailbox that is
   * tried brings its letters: first all of them, then the first alone.
   */
  async #commitOrHalve(
    items: readonly Incoming[],
    lettersMax = items[0]?.noted === undefined ? this.#o.limits.batchEntriesMax : 1,
  ): Promise<void> {
    try {
      await this.#decideAndCommit(items, lettersMax);
      return;
    } catch (error) {
      const refusal = refusalOf(error);
      const [first] = items;
      if (refusal === undefined || (items.length === 1 && first?.refused !== undefined)) throw error;
      this.#o.logger.error(
        { err: error, ...this.lease, messages: items.length },
        "a batch cannot be committed",
      );
      this.#adopt(await this.#o.store.open(this.lease));
      if (items.length === 1 && first !== undefined) {
        if (isRetry(first) && lettersMax > 1) return this.#commitOrHalve(items, 1);
        items = [{ ...first, refused: refusal }];
      }
    }
    const middle = Math.ceil(items.length / 2);
    await this.#commitOrHalve(items.slice(0, middle), lettersMax);
    if (middle < items.length) await this.#commitOrHalve(items.slice(middle), lettersMax);
  }

  async #decideAndCommit(arrived: readonly Incoming[], lettersMax: number): Promise<void> {
    const { actor, company, store, clock, tracer } = this.#o;
    const { kind, partition } = this.lease;
    const startedMs = performance.now();
    const items = await withLetters(store, this.lease, arrived, lettersMax, this.#parking);
    const [decided] = await Promise.all([
      store.decided(commandIdsOf(items)),
      loadFor(items, actor, this.#state, store, this.lease),
    ]);
    const outgoing = new Outgoing(kind, partition, company, this.#outboxMarks);
    const scope = {
      actor,
      state: this.#state,
      kind,
      partition,
      company,
      nowMs: clock.nowMs(),
      inbox: this.#inbox,
      outgoing,
      parking: this.#parking,
      decided,
      tracer,
    };
    const batch = new Batch(scope);
    for (const item of items) {
      if (this.#rounds.isOver(kind)) await this.#rounds.goOn(kind);
      batch.take(item);
    }
    const parked = this.#parking.takeChanges(scope.nowMs);
    const writes = this.#writes(batch, outgoing, parked, items);
    try {
      await this.#commit(batch, writes);
    } finally {
      for (const span of batch.spans) span.end();
    }
    this.#outboxMarks = writes.position.outbox;
    this.#cursors = writes.position.cursors;
    for (const id of batch.laterDone) this.#inHand.delete(id);
    this.#agenda.add(writes.laterAdded);
    if (batch.beyondGaps.length > 0) this.#reader?.drain();
    if (this.#rounds.isOver(kind)) await this.#rounds.goOn(kind); // partitions that shared a commit hear of it together
    this.#state.clearPages();
    this.#state.evict(this.#o.limits.hotEntitiesMax);
    await this.#o.delivery.deliver({
      lease: this.lease,
      source: outgoing.source,
      rows: outgoing.rows,
      notices: outgoing.notices,
      replies: batch.replies,
      entries: entriesOf(items, batch.beyondGaps),
    });
    this.#o.metrics.batch(kind, items.length, batch.failures, performance.now() - startedMs);
  }

  #commit(batch: Batch<Entity, Entities<Entity>>, writes: Writes): Promise<void> {
    const first = batch.spans[0];
    const commit = () => this.#o.store.commit(this.lease, writes);
    return first === undefined ? commit() : otel.with(trace.setSpan(otel.active(), first), commit);
  }

  #writes(
    batch: Batch<Entity, Entities<Entity>>,
    outgoing: Outgoing,
    parked: ParkingChanges,
    items: readonly Incoming[],
  ): Writes {
    const cursors = { ...this.#cursors };
    for (const { entry } of items) if (entry !== undefined) cursors[positionKey(entry.from)] = entry.id;
    return {
      position: { inbox: this.#inbox.snapshot(), outbox: outgoing.marks(), cursors },
      outbox: outgoing.rows,
      commands: batch.commands,
      laterAdded: [...outgoing.later, ...parked.retries],
      laterDone: batch.laterDone,
      letters: parked.letters,
      lettersDone: parked.lettersDone,
      changed: this.#state.takeChanged(),
      facts: batch.facts,
      noted: items.find(({ noted }) => noted !== undefined)?.noted,
    };
  }
}
