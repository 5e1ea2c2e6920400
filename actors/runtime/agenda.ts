/**
 * The agenda of a partition: messages to oneself, each a row in Postgres until it is decided. Timers come back as they
 * are when due; calls of gateways are made when due and come back as their answer. After a crash everything that is
 * still a row happens again.
 *
 * A close leaves a call for every payout and for every mail: of all but the first few only the ids and due times are in
 * memory, and the rest is read again when their turn comes.
 */
import type { Tracer } from "@opentelemetry/api";
import { context as otel, SpanKind, trace } from "@opentelemetry/api";
import type { Envelope } from "../../schemas/envelope.ts";
import { dataschema } from "../../schemas/envelope.ts";
import { derivedUuid, type Uuid } from "../../schemas/ids.ts";
import { latestVersion } from "../../schemas/registry.ts";
import { contextFrom, formatTraceparent } from "../../streams/trace-context.ts";
import type { GatewayName } from "./actor.ts";
import type { Clock } from "./clock.ts";
import type { Gateway, GatewayAnswer } from "./gateway.ts";
import { type Incoming, incoming } from "./incoming.ts";
import type { WaitingRow } from "./store.ts";

export type Gateways = Readonly<Partial<Record<GatewayName, Gateway>>>;

/** Calls of the outside under way at once in one partition. */
const CALLS_MAX = 16;
/** Answers that nobody has taken yet: while there are so many, no call begins. */
const ANSWERS_MAX = 500;
/** Calls that wait with their text in memory; of whatever comes when there are more, it is read again. */
const HELD_MAX = 256;
const CALL_DEADLINE_MS = 20_000;
/** A gateway that does not heed its deadline is not waited for: its call counts as failed this much later. */
const DEADLINE_SLACK_MS = 1_000;
/** A timer is set again until it is due: a clock that was wrong, or a machine that slept, is noticed this soon. */
const TIMER_MAX_MS = 5_000;
/** While other calls are under way answers are gathered for so long; at the same moments everywhere, to share a commit. */
const GATHER_MS = 100;
/** A gateway that throws has a bug; its call waits this long before the next try. */
const AFTER_BUG_MS = 5_000;
/** Texts that could not be read are asked for again. */
const READ_AGAIN_MS = 1_000;

interface Ready {
  readonly payload: string;
  readonly laterId: Uuid;
}

export interface AgendaOptions {
  readonly clock: Clock;
  readonly gateways: Gateways;
  readonly tracer: Tracer;
  /** The texts of calls, by their ids. */
  readonly texts: (ids: readonly Uuid[]) => Promise<ReadonlyMap<Uuid, string>>;
  readonly wake: () => void;
  readonly onBug: (error: unknown) => void;
}

export class Agenda {
  readonly #o: AgendaOptions;
  /** What is still a row and not yet handed out. */
  readonly #waiting = new Map<Uuid, WaitingRow>();
  /** Calls that are due and wait for a place, in order. */
  #queued: WaitingRow[] = [];
  readonly #calling = new Set<Uuid>();
  #ready: Ready[] = [];
  #isReading = false;
  #isGathering = false;
  #cancelTimer: (() => void) | undefined;
  #draining = false;
  readonly #stopped = new AbortController();

  constructor(options: AgendaOptions) {
    this.#o = options;
  }

  add(rows: readonly WaitingRow[]): void {
    for (const row of rows) this.#waiting.set(row.id, this.#held(row));
    if (rows.length > 0) this.#arrange();
  }

  /** Due messages and gateways' answers, at most `max`. Each comes out once. */
  take(max: number): Incoming[] {
    const taken = this.#ready.splice(0, max);
    this.#callQueued(); // there is room for their answers
    return taken.map(({ payload, laterId }) => incoming(payload, { laterId }));
  }

  get hasReady(): boolean {
    return this.#ready.length > 0;
  }

  /** Begins nothing more; calls under way may end, and their answers be taken. */
  drain(): void {
    this.#draining = true;
    this.#cancelTimer?.();
  }

  get isCalling(): boolean {
    return this.#calling.size > 0;
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#stopped.abort();
    this.#waiting.clear();
    this.#queued = [];
    this.#ready = [];
  }

  /** Hands out what is due and sets the timer for what is next. */
  #arrange(): void {
    this.#cancelTimer?.();
    if (this.#draining || this.#stopped.signal.aborted) return;
    const nowMs = this.#o.clock.nowMs();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const row of this.#waiting.values()) {
      if (row.dueAtMs > nowMs) nextMs = Math.min(nextMs, row.dueAtMs);
      else this.#handOut(row);
    }
    this.#callQueued();
    if (nextMs !== Number.POSITIVE_INFINITY) {
      this.#cancelTimer = this.#o.clock.after(Math.min(nextMs - nowMs, TIMER_MAX_MS), () => this.#arrange());
    }
  }

  /** Timers keep their text: they are few, and small. */
  #held(row: WaitingRow): WaitingRow {
    const isHeld = row.gateway === undefined || this.#waiting.size + this.#queued.length < HELD_MAX;
    return isHeld ? row : { ...row, envelope: undefined };
  }

  #handOut(row: WaitingRow): void {
    this.#waiting.delete(row.id);
    if (row.gateway === undefined) this.#tell(row.id, row.envelope ?? "");
    else this.#queued.push(row);
  }

  #tell(laterId: Uuid, payload: string): void {
    this.#ready.push({ payload, laterId });
    this.#o.wake();
  }

  /** The last answer, or enough of them, goes at once: nobody waits for one call. */
  #answered(laterId: Uuid, payload: string): void {
    const isLast = this.#calling.size === 1 && this.#queued.length === 0;
    if (isLast || this.#draining || this.#ready.length >= ANSWERS_MAX - 1) {
      this.#tell(laterId, payload);
      return;
    }
    this.#ready.push({ payload, laterId });
    if (this.#isGathering) return;
    this.#isGathering = true;
    this.#o.clock.after(GATHER_MS - (this.#o.clock.monotonicMs() % GATHER_MS), () => {
      this.#isGathering = false;
      this.#o.wake();
    });
  }

  #callQueued(): void {
    while (this.#calling.size < CALLS_MAX && this.#ready.length < ANSWERS_MAX && !this.#draining) {
      const [next] = this.#queued;
      if (next?.gateway === undefined) return;
      if (next.envelope === undefined) {
        void this.#readTexts();
        return;
      }
      this.#queued.shift();
      void this.#call(next, next.envelope, next.gateway);
    }
  }

  /** Never rejects. Brings in the texts of the next calls; a row that is gone is somebody else's, and done with. */
  async #readTexts(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    const rows = this.#queued.slice(0, HELD_MAX);
    try {
      const texts = await this.#o.texts(rows.map(({ id }) => id));
      if (this.#stopped.signal.aborted) return;
      const known = rows.filter(({ id }) => texts.has(id));
      this.#queued.splice(0, rows.length, ...known.map((row) => ({ ...row, envelope: texts.get(row.id) })));
      this.#isReading = false;
      this.#callQueued();
    } catch (error) {
      if (this.#stopped.signal.aborted) return;
      this.#o.onBug(error);
      this.#o.clock.after(READ_AGAIN_MS, () => {
        this.#isReading = false;
        this.#callQueued();
      });
    }
  }

  /** Never rejects. What comes after `stop` is nobody's: the partition's next owner calls again. */
  async #call(row: WaitingRow, envelope: string, name: GatewayName): Promise<void> {
    this.#calling.add(row.id);
    try {
      const payload = await this.#answer(JSON.parse(envelope) as Envelope, name);
      if (this.#stopped.signal.aborted) return;
      this.#answered(row.id, payload);
    } catch (error) {
      if (this.#stopped.signal.aborted) return;
      this.#o.onBug(error);
      this.add([{ ...row, dueAtMs: this.#o.clock.nowMs() + AFTER_BUG_MS }]);
    } finally {
      this.#calling.delete(row.id);
      if (!this.#stopped.signal.aborted) this.#callQueued();
      if (this.#draining) this.#o.wake(); // also a call that failed ends what the drain waits for
    }
  }

  async #answer(request: Envelope, name: GatewayName): Promise<string> {
    const gateway = this.#o.gateways[name];
    if (gateway === undefined) throw new Error(`no gateway named ${name} is configured on this host`);
    const parent = contextFrom(request.traceparent);
    const span = this.#o.tracer.startSpan(`call ${request.type}`, { kind: SpanKind.CLIENT }, parent);
    try {
      const answer = await otel.with(trace.setSpan(parent, span), () => this.#ask(gateway, request));
      const valid = trace.isSpanContextValid(span.spanContext());
      const traceparent = valid ? formatTraceparent(span.spanContext()) : request.traceparent;
      return JSON.stringify(this.#envelope(request, answer, traceparent));
    } finally {
      span.end();
    }
  }

  /** The gateway's answer; rejects when it comes too late or the agenda is stopped. */
  async #ask(gateway: Gateway, request: Envelope): Promise<GatewayAnswer> {
    const deadline = new AbortController();
    const givenUp = Promise.withResolvers<never>();
    const end = () => {
      deadline.abort();
      givenUp.reject(new Error("the partition was given up"));
    };
    const late = () =>
      givenUp.reject(new Error(`${request.type}: no answer ${DEADLINE_SLACK_MS} ms after the deadline`));
    const cancels = [
      this.#o.clock.after(CALL_DEADLINE_MS, () => deadline.abort()),
      this.#o.clock.after(CALL_DEADLINE_MS + DEADLINE_SLACK_MS, late),
    ];
    this.#stopped.signal.addEventListener("abort", end, { once: true });
    try {
      return await Promise.race([gateway.call(request, deadline.signal), givenUp.promise]);
    } finally {
      this.#stopped.signal.removeEventListener("abort", end);
      for (const cancel of cancels) cancel();
    }
  }

  #envelope(request: Envelope, answer: GatewayAnswer, traceparent: string): unknown {
    return {
      ...request,
      id: derivedUuid(this.#o.clock.nowMs(), request.id, "answer"),
      type: answer.type,
      time: new Date(this.#o.clock.nowMs()).toISOString(),
      dataschema: dataschema(answer.type, latestVersion(answer.type) ?? 0),
      causationid: request.id,
      traceparent,
      data: answer.data,
    };
  }
}
