/**
 * One batch of a partition: messages in, writes out. Nothing here waits or touches the outside.
 *
 * 1. What may not be done twice is sorted out here: facts by their channel's mark (G5), commands by the outcomes that
 *    are stored already (EDGE-2), messages from the agenda by being in it once.
 * 2. A message whose decision throws parks its actor and leaves nothing else behind; the partition goes on (G8). One
 *    that throws when it is half applied ends the batch: memory is read again, and the culprit found (partition.ts).
 * 3. A command of the edge never waits: its sender does. It is refused at once, and a failed one kept as a dead letter.
 */
import type { Span, Tracer } from "@opentelemetry/api";
import type { Company } from "../../schemas/company.ts";
import { deedOf } from "../../schemas/deeds.ts";
import type { Envelope } from "../../schemas/envelope.ts";
import type { Uuid } from "../../schemas/ids.ts";
import { REJECTIONS, type RejectionCode } from "../../schemas/rejections.ts";
import { claimedNumber, type Inbox, inboxKey } from "../../streams/inbox.ts";
import type { Entry } from "../../streams/reader.ts";
import type { Kind, TopicPartition } from "../../streams/topology.ts";
import {
  type Actor,
  type Context,
  type Decision,
  type MailHead,
  NotYet,
  type SourceHead,
  type StatedFact,
} from "./actor.ts";
import { contextOf } from "./context.ts";
import { dueMessage } from "./due.ts";
import type { Entities, Entity } from "./entities.ts";
import { canWait, type Incoming, isEdgeCommand, isReadable, isUnread, type Refusal } from "./incoming.ts";
import type { Outgoing } from "./outgoing.ts";
import type { Failure, Parking } from "./parking.ts";
import { processSpan } from "./process-span.ts";
import { type CommandRow, DataRefused, type Decided } from "./store.ts";

export interface Reply {
  readonly channel: string;
  readonly payload: string;
}

type Outcome = Pick<CommandRow, "id" | "accepted" | "code" | "body"> & { readonly replayed: boolean };

export interface BatchScope<E extends Entity, S extends Entities<E>> {
  readonly actor: Actor<E, S>;
  readonly state: S;
  readonly kind: Kind;
  readonly partition: number;
  readonly company: Company;
  readonly nowMs: number;
  readonly inbox: Inbox;
  readonly outgoing: Outgoing;
  readonly parking: Parking;
  /** What is stored of this batch's commands already. */
  readonly decided: Decided;
  readonly tracer: Tracer;
}

/** Days that one message may find overdue before it: ten years of them is a broken clock, not a backlog. */
const DUE_MAX = 3_660;

/** The answer to a command that failed: only an operator has it tried again. */
const FAILED = "unprocessable_message";

const UNREADABLE: Failure = { code: "invalid_envelope", reason: "" };

/** A handler failed where its effects could not be taken back: the batch must be begun anew without the message. */
export class HandlerFailed extends Error {
  readonly code = "handler_failed";
}

export class Batch<E extends Entity, S extends Entities<E>> {
  readonly commands: CommandRow[] = [];
  readonly laterDone: Uuid[] = [];
  readonly facts: StatedFact[] = [];
  readonly replies: Reply[] = [];
  readonly spans: Span[] = [];
  failures = 0;
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
    this.#outcomes = new Map(scope.decided.outcomes);
  }

  take(item: Incoming): void {
    if (item.laterId !== undefined) this.laterDone.push(item.laterId);
    if (item.retry !== undefined && item.retry !== "none") this.#scope.parking.begin(item.retry);
    const isNothing =
      item.retry !== undefined || (item.entry !== undefined && item.entry.payload === undefined);
    if (isNothing || !this.#isNext(item) || this.#passesBy(item)) return;
    const actor = this.#actorOf(item);
    const failure = this.#unfit(item);
    // What can never be handled stands behind nobody: on its turn it would only hold up those behind it.
    if (failure !== undefined && !canWait(item, failure)) this.#bury(item, actor, failure);
    else if (!this.#isTurnOf(item, actor)) return;
    else if (failure !== undefined || item.message === undefined) this.#fail(item, actor, failure);
    else this.#handle(item, item.message, actor);
  }

  /** Facts that other kinds act on, or that nobody wanted when they were read: the channel's mark moves, nothing else. */
  #passesBy(item: Incoming): boolean {
    const { head, entry, problem } = item;
    const isOthers =
      typeof head.type === "string" && !this.#scope.actor.handles.has(head.type as Envelope["type"]);
    const isForNobody = isUnread(item) || (isOthers && isReadable(problem));
    return entry !== undefined && head.sequence !== undefined && isForNobody;
  }

  /** Behind a parked message of its actor nothing is decided (G8): what arrives waits, or is sent back to its sender. */
  #isTurnOf(item: Incoming, actor: string): boolean {
    const { parking } = this.#scope;
    if (item.letter !== undefined) return parking.isTurnOf(item.letter);
    const { message } = item;
    if (!parking.isParked(actor)) return true;
    if (!isEdgeCommand(item)) this.#park(item, () => parking.wait(item, actor));
    else if (message !== undefined && this.#outcomes.has(message.id))
      return true; // it has its answer
    else if (message !== undefined) this.#sendBack(message, "mailbox_parked");
    return false;
  }

  /** Why the message cannot even be tried, if so. */
  #unfit({ refused, problem, message }: Incoming): Failure | undefined {
    if (refused !== undefined) return refused;
    if (problem !== undefined) return { code: problem.code, reason: problem.detail };
    if (message === undefined || this.#scope.actor.handles.has(message.type)) return undefined;
    return { code: "unknown_type", reason: `${this.#scope.kind} does not decide ${message.type}` };
  }

  /** Its actor's name, from what could be read of it. */
  #actorOf({ head }: Incoming): string {
    const { id, type, subject, partitionkey } = head;
    const isNamed = [id, type, subject, partitionkey].every((part) => typeof part === "string");
    return isNamed ? storable(this.#scope.actor.mailbox(head as MailHead)) : "unknown";
  }

  /** Judges a numbered message by its channel's mark; others are always next. */
  #isNext(item: Incoming): boolean {
    const { source, sequence } = item.head;
    const number = claimedNumber(source, sequence);
    if (item.entry === undefined || number === undefined) return true; // letters have been judged when they came
    const key = inboxKey(item.entry.from, source as string);
    const verdict = this.#scope.inbox.offer(key, number);
    if (verdict === "gap") {
      this.gaps.add(key);
      if (item.entry.again !== true) this.beyondGaps.push(item.entry);
    }
    return verdict === "apply";
  }

  #handle(item: Incoming, message: Envelope, actor: string): void {
    const known = isEdgeCommand(item) ? this.#outcomes.get(message.id) : undefined;
    if (known !== undefined && this.#isAnswered(item, message, known)) return;
    if (known === undefined && this.#isOtherThanPromised(item, message)) {
      this.#sendBack(message, "key_reused");
      return;
    }
    const span = processSpan(message, this.#scope);
    this.spans.push(span);
    const traceId = span.spanContext().traceId;
    const context = contextOf(message, traceId, this.#scope, item.letter !== undefined);
    try {
      this.#catchUp(message, context, span);
      const decision = this.#scope.actor.decide(this.#scope.state, message, context);
      this.#scope.outgoing.check(decision);
      this.#apply(decision, message, context, span);
      if (isEdgeCommand(item)) this.#conclude(decision, message, context);
      if (item.letter !== undefined) this.#scope.parking.remove(item.letter);
    } catch (error) {
      span.recordException(error instanceof Error ? error : String(error));
      if (error instanceof HandlerFailed) throw error;
      this.#fail(item, actor, {
        code: error instanceof NotYet ? error.code : "handler_failed",
        reason: reasonOf(error),
      });
    }
  }

  /**
   * A repeated command gets the answer of the first. One that failed for good is decided when its dead letter is tried
   * again, unless it was sent again meanwhile, and decided then.
   */
  #isAnswered({ letter }: Incoming, message: Envelope, known: CommandRow): boolean {
    if (letter === undefined) this.#reply(message, known, true);
    else if (known.code === FAILED) return false;
    else this.#scope.parking.remove(letter);
    return true;
  }

  /** Under its id another command is promised: nothing else is decided under it (EDGE-2). */
  #isOtherThanPromised(item: Incoming, { id, fingerprint = "" }: Envelope): boolean {
    const promised = this.#scope.decided.promised.get(id);
    return (
      isEdgeCommand(item) &&
      item.letter === undefined &&
      promised !== undefined &&
      promised !== storable(fingerprint)
    );
  }

  /** What time alone has made due is decided before the message, so that the message finds it done (DAY-1). */
  #catchUp(message: Envelope, context: Context, span: Span): void {
    for (let count = 0; count < DUE_MAX; count++) {
      const due = this.#scope.actor.due?.(this.#scope.state, context);
      if (due === undefined) return;
      const inner = dueMessage(message, due, this.#scope.company);
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
      for (const replica of decision.replicas ?? []) state.put(replica as E);
      for (const fact of decision.facts) {
        for (const entity of actor.evolve(state, fact)) state.put(entity);
      }
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
      fingerprint: storable(message.fingerprint ?? ""),
      topic: this.#scope.outgoing.commandTopic,
      type: message.type,
      accepted,
      code,
      body: body ?? null,
      traceId,
      deed: accepted ? deedOf(message) : undefined,
    };
    this.#outcomes.set(row.id, row);
    this.commands.push(row);
    this.#reply(message, row, false);
  }

  #reply(message: Envelope, row: CommandRow, replayed: boolean): void {
    const { id, accepted, code, body } = row;
    if (replayed && row.fingerprint !== (message.fingerprint ?? "")) this.#sendBack(message, "key_reused");
    else this.#answer(message, { id, accepted, code, body, replayed });
  }

  /** No outcome is stored under the id: what is said holds for now. */
  #sendBack(message: Envelope, code: "mailbox_parked" | "key_reused"): void {
    const body = { detail: REJECTIONS[code] };
    this.#answer(message, { id: message.id, accepted: false, code, body, replayed: false });
  }

  #answer({ replyto }: Envelope, outcome: Outcome): void {
    if (replyto === undefined) return;
    const detail = outcome.accepted ? undefined : (outcome.body as { detail?: string } | null)?.detail;
    this.replies.push({ channel: replyto, payload: JSON.stringify({ ...outcome, detail }) });
  }

  #fail(item: Incoming, actor: string, failure: Failure = UNREADABLE): void {
    const { parking, nowMs } = this.#scope;
    if (!canWait(item, failure)) {
      this.#bury(item, actor, failure);
      return;
    }
    this.failures += 1;
    if (item.letter !== undefined) parking.fail(item, actor, failure, nowMs);
    else this.#park(item, () => parking.fail(item, actor, failure, nowMs));
  }

  #bury(item: Incoming, actor: string, failure: Failure): void {
    this.failures += 1;
    this.#scope.parking.bury(item, actor, failure);
    if (item.message !== undefined && isEdgeCommand(item)) this.#refuse(item.message);
  }

  #park({ head, message }: Incoming, park: () => void): void {
    const { actor, state } = this.#scope;
    park();
    orFail(() => {
      for (const entity of actor.parked?.(state, head as SourceHead, message) ?? []) state.put(entity);
    });
  }

  #refuse(message: Envelope): void {
    const body = { detail: REJECTIONS.unprocessable_message };
    this.#store(message, false, FAILED, body, message.traceparent.slice(3, 35));
  }
}

/** Why the batch would fail again as it is; undefined: another error, whose outcome is unknown. */
export function refusalOf(error: unknown): Refusal | undefined {
  return error instanceof DataRefused || error instanceof HandlerFailed
    ? { code: error.code, reason: reasonOf(error) }
    : undefined;
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

/** As Postgres can keep it: a mailbox is found again by its name, and a refusal must not be refused itself. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll("\u0000", "\uFFFD");
}

export function positionKey(to: TopicPartition): string {
  return `${to.topic}/${to.partition}`;
}
