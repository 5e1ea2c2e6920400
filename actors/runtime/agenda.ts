/**
 * The agenda of a partition: messages to oneself, each a row in Postgres until it is decided. Timers come back as they
 * are when due; calls of gateways are made when due and come back as their answer. After a crash everything that is
 * still a row happens again.
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
import type { LaterRow } from "./store.ts";

export type Gateways = Readonly<Partial<Record<GatewayName, Gateway>>>;

/** Calls of the outside under way at once in one partition. */
const CALLS_MAX = 16;
const CALL_DEADLINE_MS = 20_000;
/** A gateway that does not heed its deadline is not waited for: its call counts as failed this much later. */
const DEADLINE_SLACK_MS = 1_000;
/** A timer is set again until it is due: a clock that was wrong, or a machine that slept, is noticed this soon. */
const TIMER_MAX_MS = 5_000;
/** A gateway that throws has a bug; its call waits this long before the next try. */
const AFTER_BUG_MS = 5_000;

export class Agenda {
  readonly #clock: Clock;
  readonly #gateways: Gateways;
  readonly #tracer: Tracer;
  readonly #wake: () => void;
  readonly #onBug: (error: unknown) => void;
  /** What is still a row and not yet handed out. */
  #waiting = new Map<Uuid, LaterRow>();
  /** Calls that are due and wait for a place, in order. */
  #queued: LaterRow[] = [];
  readonly #calling = new Set<Uuid>();
  #ready: Incoming[] = [];
  #cancelTimer: (() => void) | undefined;
  #draining = false;
  readonly #stopped = new AbortController();

  constructor(options: {
    clock: Clock;
    gateways: Gateways;
    tracer: Tracer;
    wake: () => void;
    onBug: (error: unknown) => void;
  }) {
    this.#clock = options.clock;
    this.#gateways = options.gateways;
    this.#tracer = options.tracer;
    this.#wake = options.wake;
    this.#onBug = options.onBug;
  }

  add(rows: readonly LaterRow[]): void {
    for (const row of rows) this.#waiting.set(row.id, row);
    if (rows.length > 0) this.#arrange();
  }

  /** Due messages and gateways' answers, at most `max`. Each comes out once. */
  take(max: number): Incoming[] {
    return this.#ready.splice(0, max);
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
    const nowMs = this.#clock.nowMs();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const row of this.#waiting.values()) {
      if (row.dueAtMs > nowMs) nextMs = Math.min(nextMs, row.dueAtMs);
      else this.#handOut(row);
    }
    this.#callQueued();
    if (nextMs !== Number.POSITIVE_INFINITY) {
      this.#cancelTimer = this.#clock.after(Math.min(nextMs - nowMs, TIMER_MAX_MS), () => this.#arrange());
    }
  }

  #handOut(row: LaterRow): void {
    this.#waiting.delete(row.id);
    if (row.gateway !== undefined) {
      this.#queued.push(row);
      return;
    }
    this.#ready.push(incoming(row.envelope, { laterId: row.id }));
    this.#wake();
  }

  #callQueued(): void {
    while (this.#calling.size < CALLS_MAX && !this.#draining) {
      const row = this.#queued.shift();
      if (row?.gateway === undefined) return;
      void this.#call(row, row.gateway);
    }
  }

  /** Never rejects. What comes after `stop` is nobody's: the partition's next owner calls again. */
  async #call(row: LaterRow, name: GatewayName): Promise<void> {
    this.#calling.add(row.id);
    try {
      const payload = await this.#answer(JSON.parse(row.envelope) as Envelope, name);
      if (this.#stopped.signal.aborted) return;
      this.#ready.push(incoming(payload, { laterId: row.id }));
      this.#wake();
    } catch (error) {
      if (this.#stopped.signal.aborted) return;
      this.#onBug(error);
      this.add([{ ...row, dueAtMs: this.#clock.nowMs() + AFTER_BUG_MS }]);
    } finally {
      this.#calling.delete(row.id);
      if (!this.#stopped.signal.aborted) this.#callQueued();
      if (this.#draining) this.#wake(); // also a call that failed ends what the drain waits for
    }
  }

  async #answer(request: Envelope, name: GatewayName): Promise<string> {
    const gateway = this.#gateways[name];
    if (gateway === undefined) throw new Error(`no gateway named ${name} is configured on this host`);
    const parent = contextFrom(request.traceparent);
    const span = this.#tracer.startSpan(`call ${request.type}`, { kind: SpanKind.CLIENT }, parent);
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
      this.#clock.after(CALL_DEADLINE_MS, () => deadline.abort()),
      this.#clock.after(CALL_DEADLINE_MS + DEADLINE_SLACK_MS, late),
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
      id: derivedUuid(this.#clock.nowMs(), request.id, "answer"),
      type: answer.type,
      time: new Date(this.#clock.nowMs()).toISOString(),
      dataschema: dataschema(answer.type, latestVersion(answer.type) ?? 0),
      causationid: request.id,
      traceparent,
      data: answer.data,
    };
  }
}
