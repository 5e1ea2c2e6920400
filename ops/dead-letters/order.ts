/** What an operator orders of dead letters, read from the arguments of `ates dead-letters`: all or nothing is understood. */
import {
  LETTER_STATES,
  type LetterFilter,
  type LetterState,
  type Wish,
} from "../../http/dead-letters/letter-store.ts";
import { isUuid, type Uuid } from "../../schemas/ids.ts";
import { ALL_KINDS } from "../../streams/topology.ts";
import { type Arguments, UsageError } from "../cli/command.ts";

export interface Asking {
  readonly verb: Wish;
  readonly target: Uuid | LetterFilter;
  readonly reason: string | undefined;
  readonly isDryRun: boolean;
  readonly isConfirmed: boolean;
  readonly perSecond: number;
  readonly waitMs: number;
  readonly isJson: boolean;
}

export type Order =
  | { readonly verb: "list"; readonly filter: LetterFilter; readonly isJson: boolean }
  | { readonly verb: "show"; readonly id: Uuid; readonly isJson: boolean }
  | Asking;

const FILTERS = ["state", "kind", "actor", "code", "type", "since"] as const;
const ASKING = [...FILTERS, "dry-run", "rate", "yes", "wait", "json"] as const;

const TAKES: Readonly<Record<Order["verb"], readonly string[]>> = {
  list: [...FILTERS, "json"],
  show: ["json"],
  replay: [...ASKING, "all"],
  drop: [...ASKING, "reason"],
};

const PER_SECOND = 50;
const PER_SECOND_MAX = 1_000;
const WAIT_SECONDS = 60;
const WAIT_SECONDS_MAX = 86_400;
const REASON_CHARS_MAX = 500;

export function orderOf({ positionals, values }: Arguments): Order {
  const [verb = "list", id, ...rest] = positionals;
  if (!isVerb(verb)) throw new UsageError(`expected list, show, replay or drop, got ${verb}`);
  if (rest.length > 0)
    throw new UsageError(`${verb}: expected one id at most, got ${positionals.length - 1}`);
  const stranger = Object.keys(values).find((name) => !TAKES[verb].includes(name));
  if (stranger !== undefined) throw new UsageError(`${verb} does not take --${stranger}`);
  const isJson = values.json === true;
  if (verb === "show") return { verb, id: letterId(verb, id), isJson };
  const filter = filterOf(values);
  if (verb === "list") {
    if (id !== undefined) throw new UsageError(`list takes no id: show ${id}?`);
    return { verb, filter, isJson };
  }
  return {
    verb,
    target: targetOf(verb, id, filter, values.all === true),
    reason: verb === "drop" ? reasonOf(values.reason) : undefined,
    isDryRun: values["dry-run"] === true,
    isConfirmed: values.yes === true,
    perSecond: wholeOf("rate", values.rate, PER_SECOND, 1, PER_SECOND_MAX),
    waitMs: wholeOf("wait", values.wait, WAIT_SECONDS, 0, WAIT_SECONDS_MAX) * 1_000,
    isJson,
  };
}

function isVerb(text: string): text is Order["verb"] {
  return Object.hasOwn(TAKES, text);
}

function letterId(verb: string, text: string | undefined): Uuid {
  if (text !== undefined && isUuid(text)) return text;
  throw new UsageError(`${verb}: expected the id of a dead letter, got ${text ?? "nothing"}`);
}

/** One letter, or those that match: never both, and never everything by leaving something out. */
function targetOf(verb: Wish, id: string | undefined, filter: LetterFilter, isAll: boolean) {
  const isNarrowed = Object.keys(filter).length > 0;
  if (id !== undefined) {
    if (isNarrowed || isAll) throw new UsageError(`${verb}: expected an id or filters, got both`);
    return letterId(verb, id);
  }
  if (isAll && isNarrowed) throw new UsageError(`${verb}: expected --all or filters, got both`);
  if (!isAll && !isNarrowed) {
    const all = verb === "replay" ? ", --all" : "";
    throw new UsageError(`${verb}: expected an id${all} or filters such as --kind account, got nothing`);
  }
  return filter;
}

function filterOf(values: Arguments["values"]): LetterFilter {
  const given: [string, string][] = FILTERS.flatMap((name) =>
    typeof values[name] === "string" ? [[name, checked(name, values[name])]] : [],
  );
  return Object.fromEntries(given);
}

function checked(name: (typeof FILTERS)[number], text: string): string {
  if (text === "") throw new UsageError(`--${name}: expected a text, got nothing`);
  if (name === "state") return oneOf(name, LETTER_STATES, text as LetterState);
  if (name === "kind") return oneOf(name, ALL_KINDS, text as (typeof ALL_KINDS)[number]);
  return name === "since" ? instantOf(text, Date.now()) : text;
}

function oneOf<T extends string>(name: string, known: readonly T[], text: T): T {
  if (known.includes(text)) return text;
  throw new UsageError(`--${name}: expected one of ${known.join(", ")}, got ${text}`);
}

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A time ago, or a moment with its offset. */
function instantOf(text: string, nowMs: number): string {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count !== undefined)
    return new Date(nowMs - Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS]).toISOString();
  try {
    return Temporal.Instant.from(text).toString();
  } catch {
    throw new UsageError(
      `--since: expected 30m, 2h, 3d, or a time such as 2026-10-05T12:00:00Z, got ${text}`,
    );
  }
}

function reasonOf(value: unknown): string {
  const reason = typeof value === "string" ? value.trim() : "";
  if (reason !== "" && reason.length <= REASON_CHARS_MAX) return reason;
  const got = reason === "" ? "nothing" : `${reason.length} characters`;
  throw new UsageError(
    `drop: expected --reason "why", of ${REASON_CHARS_MAX} characters at most, got ${got}`,
  );
}

function wholeOf(name: string, value: unknown, otherwise: number, min: number, max: number): number {
  if (value === undefined) return otherwise;
  const number = typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new UsageError(`--${name}: expected a whole number from ${min} to ${max}, got ${String(value)}`);
}
