/** What becomes of letters that something was asked about, told while it happens and at the end. */
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { type Standing, standingsOf, type Wish } from "../../http/dead-letters/letter-store.ts";
import type { Uuid } from "../../schemas/ids.ts";
import { printable } from "../cli/table.ts";
import type { Asking } from "./order.ts";
import { countOf, why } from "./show.ts";

export interface Failed {
  readonly id: Uuid;
  readonly code: string;
  readonly reason: string;
  /** The letter that failed, when this one only waits behind it. */
  readonly behind: Uuid | null;
}

export interface Settled {
  /** Gone: handled, or dropped. */
  readonly done: number;
  readonly failed: readonly Failed[];
  /** Neither, when the time was over. */
  readonly underWay: number;
}

export interface Outcome extends Settled {
  readonly verb: Wish;
  readonly letters: number;
  /** For how many something was asked: their mailboxes hold the rest. */
  readonly asked: number;
}

const LOOK_EVERY_MS = 200;
const SHOWN_MAX = 20;

export async function follow(
  pool: pg.Pool,
  { verb, waitMs, isJson }: Asking,
  letters: readonly Uuid[],
  since: string,
): Promise<Settled> {
  const untilMs = performance.now() + waitMs;
  for (let told = ""; ; ) {
    const settled = settle(verb, letters, await standingsOf(pool, letters, since));
    const text = progressOf(verb, settled);
    if (!isJson && text !== told) process.stdout.write(`${text}\n`);
    told = text;
    if (settled.underWay === 0 || performance.now() > untilMs) return settled;
    await sleep(LOOK_EVERY_MS);
  }
}

function settle(verb: Wish, letters: readonly Uuid[], standings: readonly Standing[]): Settled {
  const failed = standings
    .filter(({ isAsked, hasFailed, behind }) => !isAsked && (verb === "drop" || hasFailed || behind !== null))
    .map(({ id, code, reason, behind }) => ({ id, code, reason, behind }));
  const done = letters.length - standings.length;
  return { done, failed, underWay: standings.length - failed.length };
}

const DONE: Readonly<Record<Wish, string>> = { replay: "handled", drop: "dropped" };
const FAILED: Readonly<Record<Wish, string>> = { replay: "failed again", drop: "not dropped" };

function progressOf(verb: Wish, { done, failed, underWay }: Settled): string {
  return `${DONE[verb]} ${done}, ${FAILED[verb]} ${failed.length}, under way ${underWay}`;
}

/** A letter that is still there with nothing asked was tried and failed meanwhile, which answers every wish. */
export function printOutcome({ verb, letters, done, failed, underWay }: Outcome): void {
  const rest = [
    ...(failed.length > 0 ? [`${failed.length} ${FAILED[verb]}`] : []),
    ...(underWay > 0 ? [`${underWay} still under way: what is asked is kept`] : []),
  ];
  for (const each of failed.slice(0, SHOWN_MAX)) process.stdout.write(`  ${printable(lineOf(each))}\n`);
  if (failed.length > SHOWN_MAX) process.stdout.write(`  and ${failed.length - SHOWN_MAX} more\n`);
  const colon = rest.length > 0 ? `; ${rest.join("; ")}` : "";
  process.stdout.write(`${DONE[verb]} ${done} of ${countOf(letters)}${colon}\n`);
}

function lineOf({ id, behind, ...failure }: Failed): string {
  return behind === null ? `${id}  ${why(failure)}` : `${id}  waits behind ${behind}: ${why(failure)}`;
}

export function exitCodeOf({ failed, underWay }: Settled): number {
  return failed.length > 0 || underWay > 0 ? 1 : 0;
}
