/**
 * The runtime's port to its store. Postgres is behind it in production (postgres-store.ts); a simulation puts its own.
 * Everything a batch decided arrives in one `Writes` and is committed together or not at all (G1).
 */
import type { CommandDeed } from "../../schemas/deeds.ts";
import type { Uuid } from "../../schemas/ids.ts";
import type { Marks } from "../../streams/inbox.ts";
import type { Kind, Topic, TopicPartition } from "../../streams/topology.ts";
import type { GatewayName, PageRequest, StatedFact } from "./actor.ts";
import type { Entity } from "./entities.ts";

/** A partition held by this host: every commit must find `epoch` unchanged (G2). */
export interface Lease {
  readonly kind: Kind;
  readonly partition: number;
  readonly epoch: number;
}

/** A row of a partition. */
export interface Placed<R> {
  readonly lease: Lease;
  readonly row: R;
}

/** What moves with every batch, in the lease's row. */
export interface Position {
  readonly inbox: Marks;
  readonly outbox: Marks;
  /** `<topic>/<partition>` → id of the last entry whose batch is committed. */
  readonly cursors: Record<string, string>;
}

export interface OutboxRow {
  readonly to: TopicPartition;
  readonly sequence: number;
  readonly envelope: string;
}

export interface CommandRow {
  readonly id: Uuid;
  readonly sender: Uuid | undefined;
  readonly fingerprint: string;
  readonly topic: Topic;
  readonly type: string;
  readonly accepted: boolean;
  readonly code: string | undefined;
  readonly body: unknown;
  readonly traceId: string;
  /** The audit log's row, when a privileged command was accepted. */
  readonly deed?: CommandDeed | undefined;
}

/** What is stored of commands already (EDGE-2). */
export interface Decided {
  readonly outcomes: ReadonlyMap<Uuid, CommandRow>;
  /** The fingerprints of those that are promised only: under their ids nothing else may be decided. */
  readonly promised: ReadonlyMap<Uuid, string>;
}

export interface LaterRow {
  readonly id: Uuid;
  readonly dueAtMs: number;
  readonly gateway: GatewayName | undefined;
  readonly envelope: string;
}

/** A row of the agenda that waits. The text of a call is read when its turn comes: a close leaves one for every mail. */
export type WaitingRow = Omit<LaterRow, "envelope"> & { readonly envelope: string | undefined };

/**
 * A message that could not be handled, or waits behind one that could not (EVT-4, G8). `parked`: it waits in its actor's
 * mailbox and is tried again; `held`: the same, but only an operator has it tried again; `dead`: nobody waits for it.
 */
export interface LetterRow {
  readonly id: Uuid;
  readonly topic: Topic | undefined;
  readonly actor: string;
  readonly type: string;
  readonly code: string;
  readonly reason: string;
  /** Tries so far; 0: it only waits behind another. */
  readonly attempts: number;
  readonly state: "parked" | "held" | "dead";
  /** Order of arrival in the partition: a mailbox is tried in this order. */
  readonly place: number;
  readonly traceId: string;
  readonly envelope: string;
}

export interface AskedLetterRow extends LetterRow {
  readonly asked: "replay" | "drop";
}

/** A mailbox that waits: what the partition keeps of it in memory. */
export interface ParkedMailbox {
  readonly actor: string;
  readonly messages: number;
  readonly isHeld: boolean;
  /** Why its first message failed. */
  readonly code: string;
}

export interface Writes {
  readonly position: Position;
  readonly outbox: readonly OutboxRow[];
  readonly commands: readonly CommandRow[];
  readonly laterAdded: readonly LaterRow[];
  readonly laterDone: readonly Uuid[];
  /** New letters, and known ones in their new form. */
  readonly letters: readonly LetterRow[];
  /** Letters that are handled now, or dropped. */
  readonly lettersDone: readonly Uuid[];
  readonly changed: readonly Entity[];
  readonly facts: readonly StatedFact[];
  /** What was noted before it was decided alone (`suspect`), and is decided now. */
  readonly noted: string | undefined;
}

export interface Opened {
  readonly position: Position;
  readonly entities: readonly Entity[];
  /** In the order in which they are due; calls without their text. */
  readonly later: readonly WaitingRow[];
  readonly parked: readonly ParkedMailbox[];
  /** The highest place ever given to a letter that still waits. */
  readonly lastPlace: number;
  /** What owners were deciding when they ended: together (`hold`), or alone (`suspect`). */
  readonly suspects: readonly string[];
}

/** Somebody else holds the partition now, or may: everything rolled back (G2). */
export class Fenced extends Error {
  readonly code = "fenced";
  constructor(lease: Lease) {
    super(
      `partition ${lease.kind}/${lease.partition} is leased with another epoch than ${lease.epoch}, ` +
        "which this host holds; it gives the partition up",
    );
  }
}

/** The database refused the data of the batch: the same batch would be refused again. */
export class DataRefused extends Error {
  readonly code = "data_refused";
}

export interface RuntimeStore {
  /** Raises the epoch if it is still `seenEpoch`; undefined when another host was first. */
  acquire(kind: Kind, partition: number, seenEpoch: number): Promise<Lease | undefined>;
  /** Gives the partition back; no effect when it is no longer ours. */
  release(lease: Lease): Promise<void>;
  open(lease: Lease): Promise<Opened>;
  load(lease: Lease, keys: readonly string[]): Promise<readonly Entity[]>;
  page(lease: Lease, request: PageRequest): Promise<readonly Entity[]>;
  decided(ids: readonly Uuid[]): Promise<Decided>;
  /** The texts of calls; of those that are still rows. */
  calls(lease: Lease, ids: readonly Uuid[]): Promise<ReadonlyMap<Uuid, string>>;
  /** The first letters of a mailbox that waits, in their order. */
  letters(lease: Lease, actor: string, limit: number): Promise<readonly LetterRow[]>;
  /** The letters that an operator asked about, with what is asked. */
  asked(lease: Lease, ids: readonly Uuid[]): Promise<readonly AskedLetterRow[]>;
  /** Notes what is decided next, together, until the next commit. Throws Fenced. */
  hold(lease: Lease, positions: readonly string[]): Promise<void>;
  /**
   * Notes what is decided next, alone, until it is committed; what else is committed meanwhile leaves the note. Answers
   * how many hosts before this one noted the same, and were lost over it. Throws Fenced.
   */
  suspect(lease: Lease, position: string): Promise<number>;
  /** Throws Fenced, DataRefused, or an error after which the outcome is unknown. */
  commit(lease: Lease, writes: Writes): Promise<void>;
}
