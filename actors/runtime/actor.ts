/**
 * What an actor kind is to the runtime.
 *
 * A kind owns partitions; each partition has a working set of entities (actors/runtime/entities.ts), the hot part of
 * what Postgres holds. A message belongs to one actor of the partition, named by `mailbox`. `decide` and `evolve` are
 * pure, synchronous and total (G7): they read the working set, and the runtime alone writes it.
 */

import type { BusinessDate } from "../../schemas/business-date.ts";
import type { Company, PriceRange } from "../../schemas/company.ts";
import type { Envelope, Role } from "../../schemas/envelope.ts";
import type { CommandType, DataOf, FactType, InternalType, Type } from "../../schemas/generated/messages.ts";
import type { UserId, Uuid } from "../../schemas/ids.ts";
import type { Minor } from "../../schemas/money.ts";
import type { Rejected } from "../../schemas/rejections.ts";
import type { Kind, Topic } from "../../streams/topology.ts";
import type { Entities, Entity } from "./entities.ts";

/** Everything a decision may know beside its state and its message. */
export interface Context {
  readonly nowMs: number;
  /** The same moment, RFC 3339 in UTC. */
  readonly now: string;
  readonly company: Company;
  readonly partition: number;
  readonly traceId: string;
  /** The message has waited in a parked mailbox. */
  readonly wasParked: boolean;
  /** Actors of the partition whose messages wait (G8). */
  parkedActors(): readonly string[];
  /** A derived id: the same message and word give the same id on every redelivery. */
  id(word: string | number): Uuid;
  /** A uniform draw of a step of the range, both bounds included, keyed by the installation's secret and the words. */
  draw(range: PriceRange, ...words: string[]): Minor;
  /** A uniform whole number of 0..count-1, keyed likewise. */
  pick(count: number, ...words: string[]): number;
}

/** A fact that the decision states. `key` chooses the partition of its topic, unless `toPartition` names it. */
export type Fact<T extends FactType = FactType> = T extends FactType
  ? {
      readonly type: T;
      readonly topic: Topic;
      readonly subject: string;
      readonly key: string;
      readonly toPartition?: number;
      readonly data: DataOf[T];
    }
  : never;

/** A command that the decision sends to another actor. */
export type Order<T extends CommandType = CommandType> = T extends CommandType
  ? {
      readonly type: T;
      readonly topic: Topic;
      readonly subject: string;
      readonly key: string;
      readonly data: DataOf[T];
      /** For whom it is sent; without one it is the system that commands. */
      readonly sender?: { readonly id: UserId; readonly role: Role };
    }
  : never;

export type GatewayName = "mail" | "payment" | "statements" | "webhook";

/**
 * A message to oneself for later. With a gateway it is a call of the outside world: made after the commit, made again
 * after a crash, and its answer comes back as a message. `word` tells several of one decision apart.
 */
export type Later<T extends InternalType = InternalType> = T extends InternalType
  ? {
      readonly word: string;
      readonly dueAtMs: number;
      readonly type: T;
      readonly subject: string;
      readonly data: DataOf[T];
      readonly gateway?: GatewayName;
    }
  : never;

export interface Accepted {
  readonly accepted: true;
  readonly facts: readonly Fact[];
  /** What this kind keeps of the facts of others, in its new form: no fact of its own stands for it. */
  readonly replicas?: readonly Entity[];
  readonly orders?: readonly Order[];
  readonly later?: readonly Later[];
}

export type Decision = Accepted | Rejected;

export const NOTHING: Accepted = { accepted: true, facts: [] };

/** A message an actor gives itself before the next one is decided, because time has passed (DAY-1). */
export interface Due<T extends InternalType | CommandType = InternalType | CommandType> {
  readonly type: T;
  readonly subject: string;
  readonly data: DataOf[T];
}

/** One committed fact as stores and tests see it: what was decided, with the ids the runtime gave it. */
export interface StatedFact {
  readonly fact: Fact;
  readonly id: Uuid;
  readonly traceId: string;
}

/** Thrown by a decision that cannot be made before something else has happened: its message waits, however long. */
export class NotYet extends Error {
  readonly code = "not_yet";
}

/** What names the actor of a message. */
export type MailHead = Pick<Envelope, "id" | "type" | "subject" | "partitionkey">;

/** Who says what, as far as it can be read. */
export type SourceHead = Partial<Pick<Envelope, "source" | "type">>;

export interface Actor<E extends Entity, S extends Entities<E>> {
  readonly kind: Kind;
  /** The types this kind acts on. Others of its topics are passed by: their channel's mark moves, nothing else. */
  readonly handles: ReadonlySet<Type>;
  /** Of the facts it handles, those it acts on as it stands now; all of them unless told. Others are not even read. */
  heeds?(state: S): ReadonlySet<Type>;
  newState(partition: number, company: Company): S;
  /** The actor that a message belongs to. It must not need its data, which may be what cannot be read. */
  mailbox(head: MailHead): string;
  /** What becomes of a message after the last attempt: `hold` when money depends on it, `skip` otherwise (G8). */
  afterLastAttempt(type: string): "hold" | "skip";
  /** What this kind keeps of a message that begins to wait in a parked mailbox; undefined: it cannot be read. */
  parked?(state: S, head: SourceHead, message: Envelope | undefined): readonly E[];
  /** Keys of the entities that deciding this message reads. */
  needs(message: Envelope): readonly string[];
  /** A page of entities that deciding this message reads, when keys cannot name them. */
  page?(state: S, message: Envelope): PageRequest | undefined;
  due?(state: S, context: Context): Due | undefined;
  decide(state: S, message: Envelope, context: Context): Decision;
  /** The answer of an accepted command: the resource as it is after the facts. */
  answer?(state: S, message: Envelope, context: Context): unknown;
  /** The entities that a fact makes or changes, in their new form. */
  evolve(state: S, fact: Fact): readonly E[];
}

export interface PageRequest {
  readonly name: string;
  readonly businessDate?: BusinessDate;
  /** What else chooses the page. */
  readonly within?: Readonly<Record<string, string>>;
  /** The last key of the page before. */
  readonly after: string | undefined;
  readonly limit: number;
}
