/**
 * What a batch sends: facts and orders become numbered envelopes of their channels (G5), notices unnumbered ones, and
 * messages to oneself rows of the agenda. Producers validate before sending (EVT-1).
 */
import type { Span } from "@opentelemetry/api";
import type { Company } from "../../schemas/company.ts";
import { dataschema, type Envelope, type EnvelopeHead, type RawEnvelope } from "../../schemas/envelope.ts";
import type { Type } from "../../schemas/generated/messages.ts";
import type { Uuid } from "../../schemas/ids.ts";
import { checkData, latestVersion } from "../../schemas/registry.ts";
import type { Marks } from "../../streams/inbox.ts";
import { partitionOf } from "../../streams/partition.ts";
import {
  KINDS,
  type Kind,
  partitionsOf,
  TOPICS,
  type Topic,
  type TopicPartition,
} from "../../streams/topology.ts";
import { formatTraceparent } from "../../streams/trace-context.ts";
import type { Accepted, Context, Decision, Fact, Later, Order, StatedFact } from "./actor.ts";
import type { LaterRow, OutboxRow } from "./store.ts";

interface Draft {
  readonly type: Type;
  readonly subject: string;
  readonly key: string;
  readonly data: unknown;
  readonly sender?: Order["sender"];
}

export class Outgoing {
  readonly rows: OutboxRow[] = [];
  readonly notices: { readonly to: TopicPartition; readonly envelope: string }[] = [];
  readonly later: LaterRow[] = [];
  readonly source: string;
  readonly commandTopic: Topic;
  readonly #company: Company;
  readonly #marks: Map<string, number>;

  constructor(kind: Kind, partition: number, company: Company, marks: Marks) {
    this.source = sourceOf(kind, partition);
    this.commandTopic = KINDS[kind].reads[0] ?? "task-board";
    this.#company = company;
    this.#marks = new Map(Object.entries(marks));
  }

  marks(): Marks {
    return Object.fromEntries(this.#marks);
  }

  /** Throws when the decision states what its schemas do not allow: a bug, found before anything is changed. */
  check(decision: Decision): void {
    if (!decision.accepted) return;
    for (const draft of [...decision.facts, ...(decision.orders ?? []), ...(decision.later ?? [])]) {
      const problem = checkData({
        type: draft.type,
        dataschema: schemaOf(draft.type),
        data: draft.data,
      } as RawEnvelope);
      if (problem !== undefined) throw new Error(`decided an invalid ${draft.type}: ${problem.detail}`);
    }
  }

  /** Numbers and keeps everything an accepted decision sends. */
  add(decision: Accepted, cause: Envelope, context: Context, span: Span): StatedFact[] {
    const stated = decision.facts.map((fact, index) => {
      const id = context.id(`fact ${index}`);
      this.#send(fact, fact.topic, this.#target(fact), id, cause, context, span);
      return { fact, id, traceId: context.traceId };
    });
    decision.orders?.forEach((order, index) => {
      this.#send(order, order.topic, this.#target(order), context.id(`order ${index}`), cause, context, span);
    });
    for (const later of decision.later ?? []) this.#keep(later, cause, context, span);
    return stated;
  }

  #target(draft: Fact | Order): number {
    const named = "toPartition" in draft ? draft.toPartition : undefined;
    return (
      named ?? partitionOf(draft.key, partitionsOf(TOPICS[draft.topic].spread, this.#company.partitions))
    );
  }

  #send(
    draft: Draft,
    topic: Topic,
    partition: number,
    id: Uuid,
    cause: Envelope,
    context: Context,
    span: Span,
  ): void {
    const to = { topic, partition };
    const head = this.#head(draft, id, cause, context, span);
    if (!TOPICS[topic].durable) {
      this.notices.push({ to, envelope: JSON.stringify({ ...head, data: draft.data }) });
      return;
    }
    const key = `${topic}/${partition}`;
    const sequence = (this.#marks.get(key) ?? 0) + 1;
    this.#marks.set(key, sequence);
    const envelope = JSON.stringify({ ...head, sequence: String(sequence), data: draft.data });
    this.rows.push({ to, sequence, envelope });
  }

  #keep(later: Later, cause: Envelope, context: Context, span: Span): void {
    const id = context.id(`later ${later.word}`);
    const head = this.#head({ ...later, key: later.subject }, id, cause, context, span);
    const envelope = JSON.stringify({ ...head, data: later.data });
    this.later.push({ id, dueAtMs: later.dueAtMs, gateway: later.gateway, envelope });
  }

  #head(
    draft: Draft,
    id: Uuid,
    cause: Envelope,
    context: Context,
    span: Span,
  ): EnvelopeHead & { type: string } {
    return {
      specversion: "1.0",
      id,
      source: this.source,
      type: draft.type,
      subject: draft.subject,
      time: context.now,
      datacontenttype: "application/json",
      dataschema: schemaOf(draft.type),
      partitionkey: draft.key,
      causationid: cause.id,
      correlationid: cause.correlationid,
      traceparent: formatTraceparent(span.spanContext()),
      ...(draft.sender === undefined ? {} : { senderid: draft.sender.id, senderrole: draft.sender.role }),
    };
  }
}

/** The channel's source: also the CloudEvent's. */
export function sourceOf(kind: Kind, partition: number): string {
  return `/ates/${kind}/${partition}`;
}

const schemas = new Map<Type, string>();
function schemaOf(type: Type): string {
  const known = schemas.get(type);
  if (known !== undefined) return known;
  const schema = dataschema(type, latestVersion(type) ?? 0);
  schemas.set(type, schema);
  return schema;
}
