/** Dead letters on a terminal: a list, or one with its envelope. */
import type pg from "pg";
import {
  countLetters,
  type DeadLetter,
  findLetter,
  type LetterFilter,
  listLetters,
} from "../../http/dead-letters/letter-store.ts";
import type { Uuid } from "../../schemas/ids.ts";
import { printable, printTable } from "../cli/table.ts";

/** A screen or two; what changed last comes first. */
export const LISTED_MAX = 100;
const REASON_CHARS = 80;

export async function list(pool: pg.Pool, filter: LetterFilter, isJson: boolean): Promise<number> {
  const { items } = await listLetters(pool, { ...filter, limit: LISTED_MAX });
  const total = await countLetters(pool, filter);
  if (isJson) {
    const deadLetters = items.map(({ envelope: _, ...letter }) => letter);
    process.stdout.write(`${JSON.stringify({ total, deadLetters }, null, 2)}\n`);
    return 0;
  }
  printLetters(items);
  const more = total > items.length ? `, the newest ${items.length} are shown` : "";
  process.stdout.write(total === 0 ? "no dead letters\n" : `\n${countOf(total)}${more}\n`);
  return 0;
}

export function printLetters(letters: readonly DeadLetter[]): void {
  if (letters.length === 0) return;
  printTable(["id", "last", "partition", "actor", "type", "tries", "state", "why"], letters.map(rowOf));
}

export function countOf(letters: number): string {
  return `${letters} dead ${letters === 1 ? "letter" : "letters"}`;
}

/** Code and the beginning of the reason, for one line. */
export function why({ code, reason }: Pick<DeadLetter, "code" | "reason">): string {
  return `${code}: ${reason.length > REASON_CHARS ? `${reason.slice(0, REASON_CHARS)}…` : reason}`;
}

function rowOf(letter: DeadLetter): string[] {
  const { id, lastAt, kind, partition, actor, type, attempts, state, asked } = letter;
  const stands = asked === null ? state : `${state}, ${asked} asked`;
  return [id, lastAt, `${kind}/${partition}`, actor, type, String(attempts), stands, why(letter)];
}

export async function show(pool: pg.Pool, id: Uuid, isJson: boolean): Promise<number> {
  const letter = await findLetter(pool, id);
  if (letter === undefined) throw new Error(`there is no dead letter ${id}`);
  if (isJson) process.stdout.write(`${JSON.stringify(letter, null, 2)}\n`);
  else printLetter(letter);
  return 0;
}

function printLetter({ envelope, ...letter }: DeadLetter): void {
  printTable(
    ["id", letter.id],
    Object.entries(letter)
      .slice(1)
      .map(([name, value]) => [name, value === null ? "–" : String(value)]),
  );
  const shown = readable(envelope).split("\n").map(printable).join("\n");
  process.stdout.write(`\n${shown}\n`);
}

/** What arrived may be no JSON at all: that may be why it is here. */
function readable(envelope: string): string {
  try {
    return JSON.stringify(JSON.parse(envelope), null, 2);
  } catch {
    return envelope;
  }
}
