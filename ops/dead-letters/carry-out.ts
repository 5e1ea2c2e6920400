/**
 * Replay and drop from the command line: the letters that match are looked up, the owners are asked for them one by one
 * at a rate, and what becomes of them is followed until all of it is settled or the time is over.
 *
 * A mailbox is asked for once, by the first of its letters that match: its owner tries all of it, in order. Letters are
 * dropped from the last to the first, for what is dropped at the head sets free what waits behind it.
 */
import { createInterface } from "node:readline/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { Actor } from "../../http/audit-log.ts";
import { askOwner } from "../../http/dead-letters/ask-owner.ts";
import { findLetter, listLetters, matchingLetters } from "../../http/dead-letters/letter-store.ts";
import { newTraceId } from "../../http/middleware/trace-context.ts";
import { inTransaction } from "../../http/transaction.ts";
import type { Uuid } from "../../schemas/ids.ts";
import { UsageError } from "../cli/command.ts";
import type { Config } from "../config.ts";
import { readLivingHosts } from "../partition-owners.ts";
import { exitCodeOf, follow, type Outcome, printOutcome } from "./follow.ts";
import type { Asking } from "./order.ts";
import { countOf, printLetters } from "./show.ts";

/** More than this are taken by another run. */
const MATCHING_MAX = 10_000;
const SHOWN_MAX = 20;
const TELL_EVERY_MS = 1_000;

/** What is to be asked, and for the sake of which letters. */
interface Plan {
  readonly letters: readonly Uuid[];
  readonly asked: readonly Uuid[];
}

export async function carryOut(pool: pg.Pool, config: Config, order: Asking): Promise<number> {
  const plan = await planOf(pool, order);
  if (plan.letters.length === 0) return tell(order, "no dead letter matches\n", emptyOutcome(order));
  if (order.isDryRun) return showPlan(pool, order, plan);
  await requireWorker(pool, config);
  await confirm(order, plan);
  const since = await databaseTime(pool);
  const asked = await askForAll(pool, order, plan.asked);
  const outcome = { verb: order.verb, letters: plan.letters.length, asked };
  if (order.waitMs === 0) return tell(order, `${askedText(order, plan)}, not waited for\n`, outcome);
  const settled = await follow(pool, order, plan.letters, since);
  const whole: Outcome = { ...outcome, ...settled };
  if (order.isJson) printJson(whole);
  else printOutcome(whole);
  return exitCodeOf(whole);
}

async function planOf(pool: pg.Pool, { verb, target }: Asking): Promise<Plan> {
  if (typeof target === "string") {
    if ((await findLetter(pool, target)) === undefined) throw new Error(`there is no dead letter ${target}`);
    return { letters: [target], asked: [target] };
  }
  const matching = await matchingLetters(pool, target, MATCHING_MAX);
  const letters = matching.map(({ id }) => id);
  if (verb === "drop") return { letters, asked: letters.toReversed() };
  return { letters, asked: matching.filter(({ leads }) => leads).map(({ id }) => id) };
}

async function showPlan(pool: pg.Pool, order: Asking, plan: Plan): Promise<number> {
  const { verb, target, isJson } = order;
  if (isJson) {
    printJson({ verb, dryRun: true, letters: plan.letters.length, asked: plan.asked });
    return 0;
  }
  if (typeof target === "string")
    printLetters([await findLetter(pool, target)].flatMap((each) => each ?? []));
  else printLetters((await listLetters(pool, { ...target, limit: SHOWN_MAX })).items);
  const { length } = plan.letters;
  const shown = length > SHOWN_MAX ? ` (the newest ${SHOWN_MAX} are shown)` : "";
  process.stdout.write(`\nwould ${verb} ${countOf(length)}${shown}${inMailboxes(plan)}; nothing was asked\n`);
  return 0;
}

function inMailboxes({ letters, asked }: Plan): string {
  return asked.length === letters.length ? "" : `, by asking for ${asked.length} of them`;
}

async function requireWorker(pool: pg.Pool, { leaseTtlMs }: Config): Promise<void> {
  if ((await readLivingHosts(pool, leaseTtlMs)).length > 0) return;
  throw new Error(
    "no worker is alive, so nobody would carry it out: start `ates worker` or `ates up`, then ask again",
  );
}

/** One letter that is named is meant; many that match are asked about once more. */
async function confirm({ verb, target, isConfirmed }: Asking, { letters }: Plan): Promise<void> {
  if (isConfirmed || typeof target === "string") return;
  const count = countOf(letters.length);
  if (process.stdin.isTTY !== true)
    throw new UsageError(`${verb}: ${count}: expected --yes to go on, or --dry-run to see which`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${verb} ${count}? [y/N] `);
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new Error("nothing was asked");
}

async function databaseTime(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ now: string }>("select now()::text as now");
  return rows[0]?.now ?? "";
}

/** Answers for how many letters something was noted. What is gone, or asked already, is none of them. */
async function askForAll(pool: pg.Pool, order: Asking, ids: readonly Uuid[]): Promise<number> {
  const actor: Actor = { who: "command line", traceId: newTraceId() };
  const { verb: wish, reason, perSecond, isJson } = order;
  const startedMs = performance.now();
  let toldMs = startedMs;
  let noted = 0;
  for (const [done, id] of ids.entries()) {
    await sleep(Math.max(0, startedMs + (done * 1_000) / perSecond - performance.now()));
    const { state } = await inTransaction(pool, (client) => askOwner(client, { id, wish, reason }, actor));
    if (state === "asked") noted++;
    if (isJson || performance.now() - toldMs < TELL_EVERY_MS) continue;
    toldMs = performance.now();
    process.stdout.write(`asked for ${done + 1} of ${ids.length}\n`);
  }
  return noted;
}

function askedText({ verb }: Asking, plan: Plan): string {
  return `${verb} of ${countOf(plan.letters.length)} is asked${inMailboxes(plan)}`;
}

function emptyOutcome({ verb }: Asking) {
  return { verb, letters: 0, asked: 0 };
}

function tell({ isJson }: Asking, text: string, outcome: object): number {
  if (isJson) printJson(outcome);
  else process.stdout.write(text);
  return 0;
}

function printJson(value: object): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
