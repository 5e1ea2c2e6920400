/**
 * The simulated Postgres: everything that the runtime and the actors keep, in memory, in synchronous methods. Each method
 * is one moment: a commit is there as a whole or not at all (G1), and is judged by the fence in that moment (G2), however
 * late it arrives. What the real tables refuse is refused.
 */
import type { StatedFact } from "../../../actors/runtime/actor.ts";
import type { Entity } from "../../../actors/runtime/entities.ts";
import {
  type CommandRow,
  DataRefused,
  Fenced,
  type LaterRow,
  type Lease,
  type Opened,
  type Position,
  type Writes,
} from "../../../actors/runtime/store.ts";
import type { Board } from "../../../actors/task-board/state.ts";
import { outsideEnvelope } from "../../../ops/promise-command.ts";
import { type BusinessDate, endOfDateMs } from "../../../schemas/business-date.ts";
import type { Company } from "../../../schemas/company.ts";
import { derivedUuid, type Uuid } from "../../../schemas/ids.ts";
import { ALL_KINDS, KINDS, type Kind, partitionsOf, type TopicPartition } from "../../../streams/topology.ts";
import { CommandTable } from "./command-table.ts";
import { EntityTable } from "./entity-table.ts";
import { HostTable } from "./host-table.ts";
import { LetterTable } from "./letter-table.ts";
import { OutboxTable } from "./outbox-table.ts";

export interface PartitionRow {
  readonly kind: Kind;
  readonly partition: number;
  owner: Uuid | undefined;
  epoch: number;
  inHand: readonly string[];
  readonly suspects: Map<string, { readonly by: Uuid | undefined; readonly lost: number }>;
  position: Position;
  readonly later: Map<Uuid, LaterRow>;
}

/** A commit that is done, as a watcher sees it: in the same moment. */
export interface Commit {
  readonly lease: Lease;
  readonly writes: Writes;
  /** The partition's position until then. */
  readonly before: Position;
  /** What clocks that are right say. */
  readonly wallMs: number;
}

export interface DatabaseOptions {
  readonly company: Company;
  /** The database's own clock, which does not leap. */
  readonly nowMs: () => number;
  /** What the clocks on the walls say; the database's own unless told. */
  readonly wallMs?: () => number;
  readonly trace: (text: string) => void;
}

export class SimulatedDatabase {
  readonly hosts: HostTable;
  readonly commands: CommandTable;
  readonly letters = new LetterTable();
  readonly outbox = new OutboxTable();
  readonly partitions = new Map<string, PartitionRow>();
  readonly #entities = new Map<Kind, EntityTable>();
  readonly #once = new Set<string>();
  readonly #watchers: ((commit: Commit) => void)[] = [];
  readonly #options: DatabaseOptions;

  constructor(options: DatabaseOptions) {
    this.#options = options;
    this.hosts = new HostTable(options.nowMs);
    this.commands = new CommandTable(options.nowMs);
    for (const kind of ALL_KINDS) {
      this.#entities.set(kind, new EntityTable(kind));
      const count = partitionsOf(KINDS[kind].spread, options.company.partitions);
      for (let partition = 0; partition < count; partition++)
        this.partitions.set(`${kind}/${partition}`, newPartition(kind, partition));
    }
    const first = firstCutOff(options.company);
    this.#row("scheduler", 0).later.set(first.id, first);
  }

  /** Hears of every commit, in its moment. What it throws ends the run. */
  watch(watcher: (commit: Commit) => void): void {
    this.#watchers.push(watcher);
  }

  get wallMs(): number {
    const { wallMs, nowMs } = this.#options;
    return (wallMs ?? nowMs)();
  }

  /** When the first of the messages is due that wait for their time, cut-offs and schedules apart. */
  get nextDueMs(): number | undefined {
    const waiting = [...this.partitions.values()].filter(({ kind }) => kind !== "scheduler");
    const dueMs = waiting.flatMap(({ later }) => [...later.values()].map(({ dueAtMs }) => dueAtMs));
    return dueMs.length === 0 ? undefined : Math.min(...dueMs);
  }

  /** The date that is open on the board. */
  get businessDate(): BusinessDate {
    const [board] = this.rowsOf("task-board", "board") as Board[];
    return board?.businessDate ?? this.#options.company.firstDate;
  }

  table(kind: Kind): EntityTable {
    const table = this.#entities.get(kind);
    if (table === undefined) throw new Error(`no table for actors of kind ${kind}`);
    return table;
  }

  /** Entities of a kind whose keys begin so. */
  rowsOf(kind: Kind, prefix: string): Entity[] {
    return this.table(kind)
      .rows()
      .flatMap(({ entity }) => (entity.key.startsWith(prefix) ? [entity] : []));
  }

  /** The last entry of the stream whose batch the partition has committed. */
  cursor(kind: Kind, partition: number, { topic, partition: at }: TopicPartition): string | undefined {
    return this.#row(kind, partition).position.cursors[`${topic}/${at}`];
  }

  isDecided(commandId: Uuid): boolean {
    return this.commands.isDone(commandId);
  }

  parkedActors(kind: Kind, partition: number): readonly string[] {
    return this.letters.parked({ kind, partition }).parked.map(({ actor }) => actor);
  }

  acquire(owner: Uuid, kind: Kind, partition: number, seenEpoch: number): Lease | undefined {
    const row = this.partitions.get(`${kind}/${partition}`);
    if (row === undefined || row.epoch !== seenEpoch) return undefined;
    [row.owner, row.epoch] = [owner, seenEpoch + 1];
    this.#options.trace(`${kind}/${partition} is taken with epoch ${row.epoch}`);
    return { kind, partition, epoch: row.epoch };
  }

  release(lease: Lease): void {
    const row = this.#row(lease.kind, lease.partition);
    if (row.epoch === lease.epoch) row.owner = undefined;
  }

  /** The first statements of `open`: the lease's row, and the mailboxes that wait. */
  openPosition(lease: Lease): Omit<Opened, "entities" | "later"> {
    const { position, suspects, inHand } = this.#fenced(lease);
    return {
      position,
      suspects: [...new Set([...suspects.keys(), ...inHand])],
      ...this.letters.parked(lease),
    };
  }

  /** The others, which no fence watches: what is read too late is found out at the commit. */
  openContents({ kind, partition }: Lease): Pick<Opened, "entities" | "later"> {
    const rows = [...this.#row(kind, partition).later.values()];
    rows.sort((a, b) => a.dueAtMs - b.dueAtMs || (a.id < b.id ? -1 : 1));
    const later = rows.map((row) => (row.gateway === undefined ? row : { ...row, envelope: undefined }));
    return { entities: this.table(kind).open(partition), later };
  }

  calls({ kind, partition }: Lease, ids: readonly Uuid[]): Map<Uuid, string> {
    const { later } = this.#row(kind, partition);
    return new Map(ids.flatMap((id) => later.get(id) ?? []).map(({ id, envelope }) => [id, envelope]));
  }

  hold(lease: Lease, positions: readonly string[]): void {
    this.#fenced(lease).inHand = [...positions];
  }

  suspect(lease: Lease, position: string): number {
    const row = this.#fenced(lease);
    const before = row.suspects.get(position);
    const lost = before === undefined ? 0 : before.lost + (before.by === row.owner ? 0 : 1);
    row.suspects.set(position, { by: row.owner, lost });
    return lost;
  }

  commit(lease: Lease, writes: Writes): void {
    const row = this.#fenced(lease);
    this.#refuse(lease, row, writes);
    const before = row.position;
    const { inbox, outbox, cursors } = writes.position;
    row.position = { inbox: { ...inbox }, outbox: { ...outbox }, cursors: { ...cursors } };
    row.inHand = [];
    row.suspects.delete(writes.noted ?? "");
    this.outbox.insert(lease, writes.outbox);
    this.commands.conclude(writes.commands);
    for (const id of writes.laterDone) row.later.delete(id);
    for (const later of writes.laterAdded) row.later.set(later.id, { ...later });
    this.letters.upsert(lease, writes.letters);
    this.letters.delete(writes.lettersDone);
    this.table(lease.kind).save(lease.partition, writes.changed);
    for (const key of onceOnly(writes.facts)) this.#once.add(key);
    this.#options.trace(describe(lease, writes));
    for (const watch of this.#watchers) watch({ lease, writes, before, wallMs: this.wallMs });
  }

  #row(kind: Kind, partition: number): PartitionRow {
    const row = this.partitions.get(`${kind}/${partition}`);
    if (row === undefined) throw new Error(`no partition ${kind}/${partition}`);
    return row;
  }

  #fenced(lease: Lease): PartitionRow {
    const row = this.#row(lease.kind, lease.partition);
    if (row.epoch !== lease.epoch) throw new Fenced(lease);
    return row;
  }

  /** Throws what a constraint of the real tables refuses, before anything is written. */
  #refuse(lease: Lease, { later }: PartitionRow, writes: Writes): void {
    const done = new Set(writes.laterDone);
    const again = writes.laterAdded.find(({ id }) => later.has(id) && !done.has(id));
    const keys = onceOnly(writes.facts);
    const taken = keys.find((key, at) => this.#once.has(key) || keys.indexOf(key) !== at);
    const reason =
      this.outbox.refusal(lease, writes.outbox) ??
      (again === undefined ? undefined : `duplicate key value ${again.id} in later`) ??
      this.table(lease.kind).refusal(lease.partition, writes.changed) ??
      (taken === undefined ? undefined : `duplicate key value ${taken}`);
    if (reason !== undefined) throw new DataRefused(reason);
  }
}

function newPartition(kind: Kind, partition: number): PartitionRow {
  const position = { inbox: {}, outbox: {}, cursors: {} };
  const unowned = {
    owner: undefined,
    epoch: 0,
    inHand: [],
    suspects: new Map(),
  };
  return { kind, partition, ...unowned, position, later: new Map() };
}

/** The scheduler's first timer comes with the installation. */
function firstCutOff(company: Company): LaterRow {
  const { firstDate } = company;
  const id = derivedUuid(Date.parse(firstDate), "first cut-off");
  const hex = id.replaceAll("-", "");
  const envelope = outsideEnvelope(
    {
      id,
      source: "/ates/installation",
      type: "cutoff.reached",
      subject: "cut-off",
      data: { businessDate: firstDate },
      nowMs: Date.parse(firstDate),
    },
    { traceparent: `00-${hex}-${hex.slice(16)}-00` },
  );
  return { id, dueAtMs: endOfDateMs(firstDate, company), gateway: undefined, envelope };
}

/** Keys of rows that are inserted once and never changed: entries, and the board's history. */
function onceOnly(facts: readonly StatedFact[]): string[] {
  return facts.flatMap(({ fact, id }) => {
    if (fact.type === "ledger.entry-posted") return [`entry ${fact.data.accountId} ${fact.data.number}`];
    return "taskId" in fact.data && "assigneeId" in fact.data && fact.topic === "tasks"
      ? [`history ${id}`]
      : [];
  });
}

/** What makes two runs differ in the run's hash. */
function describe({ kind, partition, epoch }: Lease, writes: Writes): string {
  const { facts, outbox, commands, laterAdded, laterDone, letters, lettersDone, changed } = writes;
  const counts = [outbox, commands, laterAdded, laterDone, letters, lettersDone, changed].map(
    (list) => list.length,
  );
  const said = facts.map(({ fact, id }) => `${fact.type} ${id}`).join(", ");
  const decided = commands.map((row: CommandRow) => `${row.id} ${row.code ?? "accepted"}`).join(", ");
  return `${kind}/${partition} commits in epoch ${epoch}: ${counts.join(" ")}; ${said}; ${decided}`;
}
