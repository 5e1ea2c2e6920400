/**
 * One partition of a kind with the production's batch around it, and a map in the place of Postgres. Every batch begins
 * cold: it sees only what `needs` names, so a key that is missing there shows.
 */
import { trace } from "@opentelemetry/api";
import type { Actor, Fact, StatedFact } from "../../../actors/runtime/actor.ts";
import { Batch } from "../../../actors/runtime/batch.ts";
import type { Entities, Entity } from "../../../actors/runtime/entities.ts";
import { incoming } from "../../../actors/runtime/incoming.ts";
import { Outgoing } from "../../../actors/runtime/outgoing.ts";
import type { LetterRow } from "../../../actors/runtime/store.ts";
import type { BusinessDate } from "../../../schemas/business-date.ts";
import type { Company } from "../../../schemas/company.ts";
import { dataschema, type Envelope } from "../../../schemas/envelope.ts";
import type { DataOf, Type } from "../../../schemas/generated/messages.ts";
import { newUuid } from "../../../schemas/ids.ts";
import { minor } from "../../../schemas/money.ts";
import { latestVersion } from "../../../schemas/registry.ts";
import { Inbox } from "../../../streams/inbox.ts";
import { testParking } from "../../support/parking.ts";

export const COMPANY: Company = {
  name: "UberPopug Inc",
  currency: "USD",
  timeZone: "Europe/Berlin",
  cutOff: "00:00",
  partitions: 4,
  secret: "of the tests",
  firstDate: "2026-10-05" as BusinessDate,
  fee: { fromMinor: minor(1000), toMinor: minor(2000), stepMinor: minor(100) },
  reward: { fromMinor: minor(2000), toMinor: minor(4000), stepMinor: minor(100) },
  excludedRoles: ["manager", "admin"],
};

export const START_MS = Date.parse("2026-10-06T00:00:01Z");

/** A message to oneself, as the agenda keeps it. */
export interface Kept {
  readonly dueAtMs: number;
  readonly gateway: string | undefined;
  readonly envelope: Envelope;
}

export interface Outcome<E> {
  readonly facts: readonly Fact[];
  readonly stated: readonly StatedFact[];
  readonly later: readonly Kept[];
  readonly changed: readonly E[];
  readonly deadLetters: readonly LetterRow[];
}

export class OnePartition<E extends Entity, S extends Entities<E>> {
  readonly rows = new Map<string, E>();
  nowMs = START_MS;
  readonly #actor: Actor<E, S>;
  readonly #company: Company;

  constructor(actor: Actor<E, S>, company: Company = COMPANY) {
    this.#actor = actor;
    this.#company = company;
  }

  /** Decides the messages as one batch. */
  take(...messages: Envelope[]): Outcome<E> {
    const actor = this.#actor;
    const state = actor.newState(0, this.#company);
    for (const key of messages.flatMap(actor.needs)) state.adopt(key, this.rows.get(key));
    const outgoing = new Outgoing(actor.kind, 0, this.#company, {});
    const parking = testParking(actor, this.#company);
    const batch = new Batch<E, S>({
      actor,
      state,
      kind: actor.kind,
      partition: 0,
      company: this.#company,
      nowMs: this.nowMs,
      inbox: new Inbox({}),
      outgoing,
      parking,
      decided: { outcomes: new Map(), promised: new Map() },
      tracer: trace.getTracer("test"),
    });
    for (const each of messages) batch.take(incoming(JSON.stringify(each), { laterId: newUuid() }));
    const changed = state.takeChanged();
    for (const entity of changed) this.rows.set(entity.key, entity);
    const later = outgoing.later.map(({ dueAtMs, gateway, envelope }) => ({
      dueAtMs,
      gateway,
      envelope: JSON.parse(envelope) as Envelope,
    }));
    return {
      facts: batch.facts.map(({ fact }) => fact),
      stated: batch.facts,
      later,
      changed,
      deadLetters: parking.takeChanges(this.nowMs).letters,
    };
  }
}

export function message<T extends Type>(type: T, data: DataOf[T], subject = "test"): Envelope<T> {
  const id = newUuid();
  return {
    specversion: "1.0",
    id,
    source: "/ates/test/0",
    type,
    subject,
    time: new Date(START_MS).toISOString(),
    datacontenttype: "application/json",
    dataschema: dataschema(type, latestVersion(type) ?? 0),
    partitionkey: subject,
    causationid: id,
    correlationid: id,
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    data,
  } as unknown as Envelope<T>;
}
