/**
 * The parked mailboxes of a partition (G8): which actors wait, and what becomes of a message that fails.
 *
 * 1. A message that fails parks its actor: it and every later message of the actor become letters, in order of arrival,
 *    in the same commit. The partition goes on.
 * 2. A retry takes the letters from the first on; what arrives meanwhile goes behind them. The mailbox is open again
 *    when the last of them is handled.
 * 3. After the last attempt money is held until an operator has it tried again; of other kinds the message is given up,
 *    and the next one is tried. What only has to be awaited, a host that can read it or a date, is never given up.
 *
 * In memory there are only names and counts; the letters are rows. Changes are taken by the commit of the batch that made
 * them; if that fails, all of this is read again from Postgres.
 */
import type { Company } from "../../schemas/company.ts";
import { dataschema } from "../../schemas/envelope.ts";
import { derivedUuid, timeOfUuid, type Uuid } from "../../schemas/ids.ts";
import { latestVersion } from "../../schemas/registry.ts";
import { parseTraceparent } from "../../streams/trace-context.ts";
import { uniform } from "./context.ts";
import type { Incoming, Retry } from "./incoming.ts";
import { sourceOf } from "./outgoing.ts";
import type { AskedLetterRow, LaterRow, Lease, LetterRow, Opened } from "./store.ts";

export interface Failure {
  readonly code: string;
  readonly reason: string;
}

export interface RetryLimits {
  /** The first pause is a draw of 0 to this; each further one of twice as much (full jitter). */
  readonly retryBaseMs: number;
  readonly retryMaxMs: number;
  readonly retryAttemptsMax: number;
}

export interface ParkingOptions {
  readonly lease: Lease;
  readonly company: Company;
  readonly limits: RetryLimits;
  /** What becomes of a message after the last attempt: `hold` for money, `skip` for the rest. */
  readonly afterLastAttempt: (type: string) => "hold" | "skip";
}

interface Waiting {
  messages: number;
  isHeld: boolean;
  /** Its letters are being tried in this batch, and none has failed yet. */
  isTried: boolean;
  /** Its first message has ended a host before. */
  isDangerous: boolean;
  /** The timer that counts, once one was set here: a mailbox that was tried out of turn must not have two. */
  timer: Uuid | undefined;
}

export interface ParkingChanges {
  readonly letters: readonly LetterRow[];
  readonly lettersDone: readonly Uuid[];
  readonly retries: readonly LaterRow[];
}

/** What another host may know, or what only has to be awaited, is never given up. */
const WAITS_WITHOUT_LIMIT: ReadonlySet<string> = new Set(["unknown_version", "not_yet"]);
/** Hosts were lost over it, perhaps by chance: it is tried like any other, but with care. */
const HOST_LOST = "host_lost";
const NEW_MAILBOX: Readonly<Waiting> = {
  messages: 0,
  isHeld: false,
  isTried: false,
  isDangerous: false,
  timer: undefined,
};
/** Enough of a reason to act on; an error may quote a whole message. */
const REASON_CHARS_MAX = 2_000;

export class Parking {
  readonly #o: ParkingOptions;
  readonly #waiting = new Map<string, Waiting>();
  #lastPlace: number;
  #letters = new Map<Uuid, LetterRow>();
  #done: Uuid[] = [];
  #retries: LaterRow[] = [];

  constructor(options: ParkingOptions, { parked, lastPlace }: Pick<Opened, "parked" | "lastPlace">) {
    this.#o = options;
    this.#lastPlace = lastPlace;
    for (const { actor, messages, isHeld, code } of parked) {
      const isDangerous = code === HOST_LOST;
      this.#waiting.set(actor, { ...NEW_MAILBOX, messages, isHeld, isDangerous });
    }
  }

  isParked(actor: string): boolean {
    return this.#waiting.has(actor);
  }

  /** Actors whose messages wait, in the order in which they were parked. */
  get actors(): readonly string[] {
    return [...this.#waiting.keys()];
  }

  /** Trying the mailbox may end this host, as it has ended another. */
  isDangerous(actor: string): boolean {
    return this.#waiting.get(actor)?.isDangerous === true;
  }

  /** The mailbox was tried out of turn since the timer was set: another one counts now. */
  isOutdated(actor: string, timer: Uuid | undefined): boolean {
    const known = this.#waiting.get(actor)?.timer;
    return timer !== undefined && known !== undefined && timer !== known;
  }

  /** Opens a mailbox for its letters, which follow in this batch. A held one only when an operator asks. */
  begin({ actor, asked, letters }: Retry): void {
    if (asked?.asked === "drop") this.remove(asked);
    else if (asked !== undefined) this.#letters.set(asked.id, letterOf(asked)); // answered, whatever becomes of it
    if (asked?.state === "dead") return;
    if (asked?.asked === "drop" && asked.attempts === 0) return; // it only waited: the first one is not tried for it
    if (letters === 0 && asked?.asked !== "drop") this.#waiting.delete(actor); // nobody is left, whatever memory says
    const waiting = this.#waiting.get(actor);
    if (waiting === undefined || (waiting.isHeld && asked === undefined)) return;
    waiting.isHeld = false;
    waiting.isTried = true;
  }

  /** Whether the letter is to be decided now: nothing before it waits. A dead one stands alone. */
  isTurnOf({ actor, state }: LetterRow): boolean {
    return state === "dead" || this.#waiting.get(actor)?.isTried === true;
  }

  /** The message waits behind the ones of its actor that are parked. */
  wait(item: Incoming, actor: string): void {
    const reason = "an earlier message of the same actor is parked";
    this.#add(this.#letterOf(item, actor, { code: item.problem?.code ?? "waits", reason }, 0, "parked"));
  }

  /** The message failed and parks its actor, or keeps it parked. */
  fail(item: Incoming, actor: string, failure: Failure, nowMs: number): void {
    if (item.letter === undefined) {
      const letter = this.#letterOf(item, actor, failure, 1, "parked");
      this.#add(letter);
      const waiting = this.#waiting.get(actor);
      if (waiting !== undefined) waiting.isDangerous = failure.code === HOST_LOST;
      this.#retry(letter, nowMs);
    } else {
      this.#failAgain(item.letter, failure, nowMs);
    }
  }

  /** Nobody's message can wait for this one: it is kept, and that is all. */
  bury(item: Incoming, actor: string, failure: Failure): void {
    const letter = this.#letterOf(item, actor, failure, 1, "dead");
    this.#letters.set(letter.id, letter);
  }

  /** The letter was decided, or dropped by an operator. */
  remove({ id, actor, state }: LetterRow): void {
    this.#letters.delete(id);
    this.#done.push(id);
    if (state !== "dead") this.#count(actor, -1);
  }

  /** What a batch that ends here leaves: a mailbox that was tried as far as its letters went is tried on at once. */
  takeChanges(nowMs: number): ParkingChanges {
    for (const [actor, waiting] of this.#waiting) {
      if (waiting.isTried) this.#setTimer(actor, nowMs, `on ${this.#lastPlace} ${waiting.messages}`, nowMs);
      waiting.isTried = false;
    }
    const changes = { letters: [...this.#letters.values()], lettersDone: this.#done, retries: this.#retries };
    [this.#letters, this.#done, this.#retries] = [new Map(), [], []];
    return changes;
  }

  #failAgain(known: LetterRow, { code, reason }: Failure, nowMs: number): void {
    const letter = {
      ...known,
      code,
      reason: reason.slice(0, REASON_CHARS_MAX),
      attempts: known.attempts + 1,
    };
    const waiting = this.#waiting.get(known.actor);
    const isLast = letter.attempts >= this.#o.limits.retryAttemptsMax;
    if (known.state === "dead" || waiting === undefined) {
      this.#letters.set(known.id, letter);
    } else if (!isLast || WAITS_WITHOUT_LIMIT.has(code)) {
      [waiting.isTried, waiting.isDangerous] = [false, code === HOST_LOST];
      this.#letters.set(known.id, { ...letter, state: "parked" });
      this.#retry(letter, nowMs);
    } else if (this.#o.afterLastAttempt(known.type) === "hold") {
      [waiting.isTried, waiting.isHeld, waiting.isDangerous] = [false, true, code === HOST_LOST];
      this.#letters.set(known.id, { ...letter, state: "held" });
    } else {
      this.#letters.set(known.id, { ...letter, state: "dead" });
      this.#count(known.actor, -1);
    }
  }

  #add(letter: LetterRow): void {
    this.#letters.set(letter.id, letter);
    this.#count(letter.actor, 1);
  }

  #count(actor: string, more: number): void {
    const waiting = this.#waiting.get(actor) ?? { ...NEW_MAILBOX };
    waiting.messages += more;
    if (more < 0) waiting.isDangerous = false;
    if (waiting.messages > 0) this.#waiting.set(actor, waiting);
    else this.#waiting.delete(actor);
  }

  #letterOf(
    item: Incoming,
    actor: string,
    failure: Failure,
    attempts: number,
    state: "parked" | "dead",
  ): LetterRow {
    const { kind, partition } = this.#o.lease;
    const { head, entry, laterId } = item;
    const origin =
      entry === undefined ? `later ${laterId}` : `${entry.from.topic}/${entry.from.partition}/${entry.id}`;
    return {
      // The same on every redelivery: what fails twice is one letter.
      id: derivedUuid(arrivedMs(item), kind, partition, origin, item.payload),
      topic: entry?.from.topic,
      actor,
      type: typeof head.type === "string" ? head.type : "unknown",
      code: failure.code,
      reason: failure.reason.slice(0, REASON_CHARS_MAX),
      attempts,
      state,
      place: ++this.#lastPlace,
      traceId: parseTraceparent(String(head.traceparent))?.traceId ?? "",
      envelope: item.payload,
    };
  }

  #retry({ id, actor, attempts }: LetterRow, nowMs: number): void {
    const { limits, company } = this.#o;
    const boundMs = Math.min(limits.retryBaseMs * 2 ** (attempts - 1), limits.retryMaxMs);
    const pauseMs = uniform(company.secret, boundMs + 1, ["retry", id, String(attempts)]);
    this.#setTimer(actor, nowMs + pauseMs, `${id} ${attempts}`, nowMs);
  }

  #setTimer(actor: string, dueAtMs: number, word: string, nowMs: number): void {
    const row = this.#retryRow(actor, dueAtMs, word, nowMs);
    this.#retries.push(row);
    const waiting = this.#waiting.get(actor);
    if (waiting !== undefined) waiting.timer = row.id;
  }

  /** The timer: a message of the partition to itself, as every timer is (agenda.ts). */
  #retryRow(actor: string, dueAtMs: number, word: string, nowMs: number): LaterRow {
    const { kind, partition, epoch } = this.#o.lease;
    const id = derivedUuid(nowMs, kind, partition, epoch, actor, "retry", word);
    const hex = id.replaceAll("-", "");
    const envelope = {
      specversion: "1.0",
      id,
      source: sourceOf(kind, partition),
      type: "mailbox.retry",
      subject: "mailbox",
      time: new Date(nowMs).toISOString(),
      datacontenttype: "application/json",
      dataschema: dataschema("mailbox.retry", latestVersion("mailbox.retry") ?? 1),
      partitionkey: "mailbox",
      causationid: id,
      correlationid: id,
      traceparent: `00-${hex}-${hex.slice(16)}-00`,
      data: { actor },
    };
    return { id, dueAtMs, gateway: undefined, envelope: JSON.stringify(envelope) };
  }
}

/** When the message entered its stream, or the time in the agenda row's id. */
function arrivedMs({ entry, laterId }: Incoming): number {
  return entry === undefined ? timeOfUuid(laterId ?? "") : Number(entry.id.split("-")[0]);
}

function letterOf({ asked: _, ...letter }: AskedLetterRow): LetterRow {
  return letter;
}
