/**
 * One batch of a partition: messages in, writes out. Nothing here waits or touches the outside.
 *
 * 1. What may not be done twice is sorted out here: facts by their channel's mark (G5), commands by the outcomes that
 *    are stored already (EDGE-2), messages from the agenda by being in it once.
 * 2. A decision that throws leaves nothing behind but a dead letter with its reason (EVT-4); the partition goes on. One
 *    that throws when it is half applied ends the batch: memory is read again, and the culprit found (partition.ts).
 */
import { type Span, SpanKind, type Tracer, trace } from "@opentelemetry/api";
import type { Company } from "../../schemas/company.ts";
import type { Envelope } from "../../schemas/envelope.ts";
import { derivedUuid, timeOfUuid, type Uuid } from "../../schemas/ids.ts";
import { REJECTIONS, type RejectionCode } from "../../schemas/rejections.ts";
import { claimedNumber, type Inbox, inboxKey } from "../../streams/inbox.ts";
import type { Entry } from "../../streams/reader.ts";
import type { Kind, TopicPartition } from "../../streams/topology.ts";
import { contextFrom } from "../../streams/trace-context.ts";
import type { Actor, Context, Decision, Due, StatedFact } from "./actor.ts";
import { contextOf } from "./context.ts";
import type { Entities, Entity } from "./entities.ts";
import type { Incoming } from "./incoming.ts";
import type { Outgoing } from "./outgoing.ts";
import type { CommandRow, DeadLetterRow } from "./store.ts";

export interface Reply {
  readonly channel: string;
  readonly payload: string;
}

export interface BatchScope<E extends Entity, S extends Entities<E>> {
  readonly actor: Actor<E, S>;
  readonly state: S;
  readonly kind: Kind;
  readonly partition: number;
  readonly company: Company;
  readonly nowMs: number;
  readonly inbox: Inbox;
  readonly outgoing: Outgoing;
  /** Outcomes of this batch's commands that are stored already. */
  readonly decided: ReadonlyMap<Uuid, CommandRow>;
  readonly tracer: Tracer;
}

/** Days that one message may find overdue before it: ten years of them is a broken clock, not a backlog. */
const DUE_MAX = 3_660;
/** Enough of a reason to act on; an error may quote a whole message. */
const REASON_CHARS_MAX = 2_000;

/** A handler failed where its effects could not be taken back: the batch must be begun anew without the message. */
export class HandlerFailed extends Error {
  readonly code = "handler_failed";
}

export class Batch<E extends Entity, S extends Entities<E>> {
  readonly commands: CommandRow[] = [];
  readonly deadLetters: DeadLetterRow[] = [];
  readonly laterDone: Uuid[] = [];
  readonly facts: StatedFact[] = [];
  readonly replies: Reply[] = [];
  readonly spans: Span[] = [];
  /** Channels in which something is missing: their numbers come again. */
  readonly gaps = new Set<string>();
  /**
   * New entries beyond a gap: dropped, but not acknowledged, so that draining brings them again, in order, should what is
   * missing be pending. If it is not, they are dropped for good, and come with the resend.
   */
  readonly beyondGaps: Entry[] = [];
  readonly #scope: BatchScope<E, S>;
  readonly #outcomes: Map<Uuid, CommandRow>;

  constructor(scope: BatchScope<E, S>) {
    this.#scope = scope;
    this.#outcomes = new Map(scope.decided);
  }

  take(item: Incoming): void {
    if (item.laterId !== undefined) this.laterDone.push(item.laterId);
    const isTrimmed = item.entry !== undefined && item.entry.payload === undefined;
    if (isTrimmed || !this.#isNext(item)) return;
    const { message } = item;
    if (item.refused !== undefined) {
      this.#bury(item, item.refused.code, item.refused.reason);
    } else if (message === undefined) {
      this.#bury(item, item.problem?.code ?? "invalid_envelope", item.problem?.detail ?? "");
    } else if (this.#scope.actor.handles.has(message.type)) {
      this.#handle(item, message);
    } else if (isEdgeCommand(item) || item.laterId !== undefined) {
      this.#bury(item, "unknown_type", `${this.#scope.kind} does not decide ${message.type}`);
    }
  }

  /** Judges a numbered message by its channel's mark; others are always next. */
  #isNext(item: Incoming): boolean {
    const { source, sequence } = item.head;
    const number = claimedNumber(source, sequence);
    if (item.entry === undefined || number === undefined) return true;
    const key = inboxKey(item.entry.from, source as string);
    const verdict = this.#scope.inbox.offer(key, number);
    if (verdict === "gap") {
      this.gaps.add(key);
      if (item.entry.again !== true) this.beyondGaps.push(item.entry);
    }
    return verdict === "apply";
  }

  #handle(item: Incoming, message: Envelope): void {
    const known = isEdgeCommand(item) ? this.#outcomes.get(message.id) : undefined;
    if (known !== undefined) {
      this.#reply(message, known, true);
      return;
    }
    const span = this.#startSpan(message);
    const traceId = span.spanContext().traceId;
    const context = contextOf(message, traceId, this.#scope);
    try {
      this.#catchUp(message, context, span);
      const decision = this.#scope.actor.decide(this.#scope.state, message, context);
      this.#scope.outgoing.check(decision);
      this.#apply(decision, message, context, span);
      if (isEdgeCommand(item)) this.#conclude(decision, message, context);
    } catch (error) {
      span.recordException(error instanceof Error ? error : String(error));
      if (error instanceof HandlerFailed) throw error;
      this.#bury(item, "handler_failed", reasonOf(error));
    }
  }

  /** What time alone has made due is decided before the message, so that the message finds it done (DAY-1). */
  #catchUp(message: Envelope, context: Context, span: Span): void {
    for (let count = 0; count < DUE_MAX; count++) {
      const due = this.#scope.actor.due?.(this.#scope.state, context);
      if (due === undefined) return;
      const inner = dueMessage(message, due, count, this.#scope.company);
      const innerContext = contextOf(inner, context.traceId, this.#scope);
      const decision = this.#scope.actor.decide(this.#scope.state, inner, innerContext);
      this.#scope.outgoing.check(decision);
      this.#apply(decision, inner, innerContext, span);
    }
    throw new Error(`more than ${DUE_MAX} messages were due before ${message.type}`);
  }

  #apply(decision: Decision, message: Envelope, context: Context, span: Span): void {
    if (!decision.accepted) return;
    const { actor, state, outgoing } = this.#scope;
    orFail(() => {
      for (const fact of decision.facts) {
        for (const entity of actor.evolve(state, fact)) state.put(entity);
      }
      for (const replica of decision.replicas ?? []) state.put(replica as E);
      this.facts.push(...outgoing.add(decision, message, context, span));
    });
  }

  #conclude(decision: Decision, message: Envelope, context: Context): void {
    const { actor, state } = this.#scope;
    const body = decision.accepted
      ? orFail(() => actor.answer?.(state, message, context))
      : { detail: decision.detail };
    this.#store(
      message,
      decision.accepted,
      decision.accepted ? undefined : decision.code,
      body,
      context.traceId,
    );
  }

  #store(
    message: Envelope,
    accepted: boolean,
    code: RejectionCode | undefined,
    body: unknown,
    traceId: string,
  ): void {
    const row: CommandRow = {
      id: message.id,
      sender: message.senderid,
      fingerprint: message.fingerprint ?? "",
      topic: this.#scope.outgoing.commandTopic,
      type: message.type,
      accepted,
      code,
      body: body ?? null,
      traceId,
    };
    this.#outcomes.set(row.id, row);
    this.commands.push(row);
    this.#reply(message, row, false);
  }

  #reply(message: Envelope, row: CommandRow, replayed: boolean): void {
    if (message.replyto === undefined) return;
    const { id, accepted, code, body } = row;
    const reused = replayed && row.fingerprint !== (message.fingerprint ?? "");
    const outcome = reused
      ? { id, accepted: false, code: "key_reused", body: { detail: REJECTIONS.key_reused }, replayed: false }
      : { id, accepted, code, body, replayed };
    const detail = outcome.accepted ? undefined : (outcome.body as { detail?: string } | null)?.detail;
    this.replies.push({ channel: message.replyto, payload: JSON.stringify({ ...outcome, detail }) });
  }

  #bury(item: Incoming, code: string, reason: string): void {
    const { head, entry, laterId, message } = item;
    const origin =
      entry === undefined ? `later ${laterId}` : `${entry.from.topic}/${entry.from.partition}/${entry.id}`;
    const { kind, partition, actor } = this.#scope;
    const traceId = typeof head.traceparent === "string" ? head.traceparent.slice(3, 35) : "";
    this.deadLetters.push({
      // The same on every redelivery: what is buried twice is one dead letter.
      id: derivedUuid(arrivedMs(item), kind, partition, origin, item.payload),
      topic: entry?.from.topic,
      actor: message === undefined ? "unknown" : actor.mailbox(message),
      type: typeof head.type === "string" ? head.type : "unknown",
      code,
      reason: reason.slice(0, REASON_CHARS_MAX),
      traceId,
      envelope: item.payload,
    });
    if (message !== undefined && isEdgeCommand(item)) {
      this.#store(
        message,
        false,
        "unprocessable_message",
        { detail: REJECTIONS.unprocessable_message },
        traceId,
      );
    }
  }

  #startSpan(message: Envelope): Span {
    const { kind, partition, tracer } = this.#scope;
    const attributes = {
      "messaging.operation.type": "process",
      "ates.actor.kind": kind,
      "ates.partition": partition,
      "ates.subject": message.subject,
    };
    const options = { kind: SpanKind.CONSUMER, attributes };
    const span = tracer.startSpan(`process ${message.type}`, options, contextFrom(message.traceparent));
    this.spans.push(span);
    return trace.isSpanContextValid(span.spanContext())
      ? span
      : trace.wrapSpanContext(fallbackContext(message));
  }
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Runs what changes the working set: a throw in it leaves the set half changed. */
export function orFail<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new HandlerFailed(reasonOf(error), { cause: error });
  }
}

/** When the message entered its stream, or the time in the agenda row's id. */
function arrivedMs({ entry, laterId }: Incoming): number {
  return entry === undefined ? timeOfUuid(laterId ?? "") : Number(entry.id.split("-")[0]);
}

/** A command of the edge has no place in a channel: its stored outcome makes it happen once. */
function isEdgeCommand(item: Incoming): boolean {
  return item.entry !== undefined && item.head.sequence === undefined;
}

function dueMessage(cause: Envelope, due: Due, count: number, company: Company): Envelope {
  const id = derivedUuid(Date.parse(cause.time), company.secret, cause.id, "due", count);
  const { senderid: _s, senderrole: _r, replyto: _t, fingerprint: _f, sequence: _n, ...head } = cause;
  return {
    ...head,
    id,
    type: due.type,
    subject: due.subject,
    data: due.data,
    causationid: cause.id,
  } as Envelope;
}

function fallbackContext(message: Envelope): { traceId: string; spanId: string; traceFlags: number } {
  return {
    traceId: message.traceparent.slice(3, 35),
    spanId: message.traceparent.slice(36, 52),
    traceFlags: 0,
  };
}

export function positionKey(to: TopicPartition): string {
  return `${to.topic}/${to.partition}`;
}
