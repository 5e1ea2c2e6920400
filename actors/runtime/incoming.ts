/** From bytes to a message that an actor may see: parsed, checked by its schema, upcast to the latest version (EVT-1). */
import type { Envelope, RawEnvelope } from "../../schemas/envelope.ts";
import type { Uuid } from "../../schemas/ids.ts";
import { checkData, checkEnvelope, kindOf, type SchemaProblem } from "../../schemas/registry.ts";
import { upcast } from "../../schemas/upcast.ts";
import { claimedNumber } from "../../streams/inbox.ts";
import type { Entry } from "../../streams/reader.ts";
import type { Wish } from "./retry.ts";
import type { AskedLetterRow, LetterRow } from "./store.ts";

export interface Incoming {
  readonly payload: string;
  /** The stream entry it came in; absent for messages from the agenda. */
  readonly entry?: Entry;
  /** The agenda's row that is done with when this is decided. */
  readonly laterId?: Uuid;
  /** What could be read of the envelope, valid or not: enough for its channel's mark and a dead letter. */
  readonly head: Partial<RawEnvelope>;
  readonly message?: Envelope;
  readonly problem?: SchemaProblem;
  /** What it is called in the note that was made before it is decided (care.ts); its commit takes the note away. */
  readonly noted?: string;
  /** Why it cannot be committed, as its batch has shown: it is parked instead. */
  readonly refused?: Refusal;
  /** The letter that it was kept as: it is tried again. */
  readonly letter?: LetterRow;
  /** It is no message: somebody wants a mailbox tried (retry.ts). */
  readonly wish?: Wish;
  /** … and this is what comes of it: its letters follow, or nothing is left to try. */
  readonly retry?: Retry | "none";
}

export interface Refusal {
  readonly code: "data_refused" | "handler_failed" | "host_lost";
  readonly reason: string;
}

export interface Retry {
  readonly actor: string;
  /** How many letters of the mailbox follow. */
  readonly letters: number;
  /** The letter that an operator asked about. */
  readonly asked?: AskedLetterRow;
}

type Origin = Pick<Incoming, "entry" | "laterId" | "letter">;

/**
 * Total: whatever the bytes are, there is a message or a problem; or, of a fact in a stream that nobody here acts on,
 * neither: only its envelope is checked, and its channel's mark moves (batch.ts).
 */
export function incoming(payload: string, origin: Origin, handles?: ReadonlySet<string>): Incoming {
  const parsed = parse(payload);
  const head = typeof parsed === "object" && parsed !== null ? (parsed as Partial<RawEnvelope>) : {};
  const isOurs = handles === undefined || !isOthersFact(head, handles);
  const problem = problemOf(parsed, origin, isOurs);
  if (problem !== undefined) return { ...origin, payload, head, problem };
  if (!isOurs) return { ...origin, payload, head };
  try {
    return { ...origin, payload, head, message: upcast(parsed as RawEnvelope) };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { ...origin, payload, head, problem: { code: "unknown_version", detail } };
  }
}

/** Its envelope is, at least. */
export function isReadable(problem: SchemaProblem | undefined): boolean {
  return problem === undefined || problem.code === "invalid_data" || problem.code === "unknown_version";
}

/** Nobody here acts on it: all but its envelope is left as it came. */
export function isUnread({ message, problem, refused }: Incoming): boolean {
  return message === undefined && problem === undefined && refused === undefined;
}

/** Of a payout three kinds read each of three facts, and two of the nine act on what they read. */
function isOthersFact({ type, sequence }: Partial<RawEnvelope>, handles: ReadonlySet<string>): boolean {
  return typeof type === "string" && sequence !== undefined && kindOf(type) === "facts" && !handles.has(type);
}

function problemOf(parsed: unknown, origin: Origin, isOurs: boolean): SchemaProblem | undefined {
  const problem = checkEnvelope(parsed) ?? (isOurs ? checkData(parsed as RawEnvelope) : undefined);
  const isOfStream = origin.entry !== undefined || origin.letter?.topic !== undefined;
  // Without a place in a channel it is kept as a letter, also where nobody acts on it: no mark tells that it was here.
  const detail = isOfStream && isReadable(problem) ? misplaced(parsed as RawEnvelope) : undefined;
  return detail === undefined ? problem : { code: "invalid_envelope", detail };
}

/**
 * What makes a message of a stream happen once: a fact's number in its channel, a command's stored outcome. A message
 * that has neither would happen again with every redelivery.
 */
function misplaced({ type, source, sequence }: RawEnvelope): string | undefined {
  const kind = kindOf(type);
  if (kind === "internal") return `expected a command or a fact in a stream, got ${type}`;
  if (sequence === undefined)
    return kind === "commands" ? undefined : `expected a sequence of ${type}, got none`;
  return claimedNumber(source, sequence) === undefined
    ? `expected a numbered message of /ates/<kind>/<partition>, got one of ${source}`
    : undefined;
}

function parse(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}

/**
 * A command of the edge has no place in a channel: its stored outcome makes it happen once, also when it comes as a dead
 * letter that is tried again.
 */
export function isEdgeCommand({ entry, letter, head }: Incoming): boolean {
  return (entry !== undefined || letter?.topic !== undefined) && head.sequence === undefined;
}

/**
 * Only what its own actor sent in order can wait: a number of a channel, or a row of the agenda. A type that nobody here
 * knows has no mailbox; an envelope that cannot be read names none.
 */
export function canWait({ letter, laterId, head }: Incoming, { code }: { readonly code: string }): boolean {
  if (letter !== undefined) return true;
  if (code === "unknown_type" || code === "invalid_envelope") return false;
  return laterId !== undefined || claimedNumber(head.source, head.sequence) !== undefined;
}

/** Commands whose outcome may be stored already. */
export function commandIdsOf(items: readonly Incoming[]): Uuid[] {
  return items.flatMap((item) =>
    isEdgeCommand(item) && item.message !== undefined && item.refused === undefined ? [item.message.id] : [],
  );
}

/** What is acknowledged: every entry but those beyond a gap. */
export function entriesOf(items: readonly Incoming[], beyondGaps: readonly Entry[]): Entry[] {
  const left = new Set(beyondGaps);
  return items.flatMap(({ entry }) => (entry === undefined || left.has(entry) ? [] : [entry]));
}
