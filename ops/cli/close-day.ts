/** `ates close-day`: ends a business date by hand and waits until it is sealed (DAY-2, DAY-6, OPS-3). */
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { type BusinessDate, parseBusinessDate } from "../../schemas/business-date.ts";
import type { Company } from "../../schemas/company.ts";
import { newUuid, type Uuid } from "../../schemas/ids.ts";
import type { Config } from "../config.ts";
import { readLivingHosts } from "../partition-owners.ts";
import { promiseCommand } from "../promise-command.ts";
import { type Command, UsageError } from "./command.ts";
import { withInstallation } from "./connection.ts";

const LOOK_EVERY_MS = 200;
/** A close takes seconds; one that takes this long is worth a look of its own. */
const WAIT_MAX_MS = 600_000;
/** Longer than a takeover: nobody is coming by himself. */
const ALONE_MAX_MS = 30_000;

export const closeDay: Command = {
  name: "close-day",
  usage: "[date]",
  takesWords: true,
  summary: [
    "Ends a business date (default: the board's current one), pays positive balances, and waits until it is sealed.",
    "",
    "The command is kept in Postgres: when this one is interrupted, the day is closed all the same. Closing a date that",
    "is closed, or being closed, does nothing but wait.",
  ].join("\n"),
  run: ({ positionals }) => {
    if (positionals.length > 1) throw new UsageError(`expected one date at most, got ${positionals.length}`);
    const wished = positionals[0] === undefined ? undefined : dateOf(positionals[0]);
    return withInstallation(({ pool, company, config }) => close(pool, company, config, wished));
  },
};

function dateOf(text: string): BusinessDate {
  const date = parseBusinessDate(text);
  if (date === undefined) throw new UsageError(`expected a date such as 2026-10-05, got ${text}`);
  return date;
}

async function close(
  pool: pg.Pool,
  company: Company,
  config: Config,
  wished: BusinessDate | undefined,
): Promise<number> {
  const open = await boardDate(pool, company);
  const date = wished ?? open;
  if (date > open) throw new Error(`${date} has not begun: the board's business date is ${open}`);
  if (date < company.firstDate)
    throw new Error(`${date} is before the first business date, ${company.firstDate}`);
  const sealed = await readDay(pool, date);
  if (sealed?.state === "closed") return tellClosed(sealed, company, "was closed already");
  await requireWorker(pool, config);
  const commandId = date === open ? await command(pool, date) : undefined;
  return follow(pool, company, config, date, commandId);
}

async function boardDate(pool: pg.Pool, company: Company): Promise<BusinessDate> {
  const { rows } = await pool.query<{ business_date: BusinessDate }>("select business_date from board");
  return rows[0]?.business_date ?? company.firstDate;
}

async function requireWorker(pool: pg.Pool, { leaseTtlMs }: Config): Promise<void> {
  if ((await readLivingHosts(pool, leaseTtlMs)).length > 0) return;
  throw new Error(
    "no worker is alive, so nobody would close the day: start `ates worker` or `ates up`, then close it again",
  );
}

async function command(pool: pg.Pool, businessDate: BusinessDate): Promise<Uuid> {
  const nowMs = Date.now();
  const id = newUuid(nowMs);
  await promiseCommand(pool, {
    id,
    source: "/ates/operator",
    topic: "task-board",
    type: "day.close",
    subject: "day",
    data: { businessDate },
    fingerprint: `close ${businessDate}`,
    nowMs,
  });
  return id;
}

/** Shows what changes until the date is sealed. */
async function follow(
  pool: pg.Pool,
  company: Company,
  { leaseTtlMs }: Config,
  date: BusinessDate,
  commandId: Uuid | undefined,
): Promise<number> {
  const untilMs = performance.now() + WAIT_MAX_MS;
  let seenWorkerMs = performance.now();
  let shown = "";
  while (performance.now() < untilMs) {
    const day = await readDay(pool, date);
    if (day?.state === "closed") return tellClosed(day, company, "is closed");
    const progress = day === undefined ? `${date}: asking the board` : progressOf(day, company);
    if (progress !== shown) process.stdout.write(`${progress}\n`);
    shown = progress;
    if (commandId !== undefined) await refuseRejected(pool, commandId);
    if ((await readLivingHosts(pool, leaseTtlMs)).length > 0) seenWorkerMs = performance.now();
    else if (performance.now() - seenWorkerMs > ALONE_MAX_MS)
      throw new Error(`no worker is alive any more; ${KEPT}`);
    await sleep(LOOK_EVERY_MS);
  }
  throw new Error(
    `${date} is still closing after ${WAIT_MAX_MS / 60_000} minutes: \`ates doctor\` may say why; ${KEPT}`,
  );
}

const KEPT = "the close is kept and goes on as soon as a worker runs";

async function refuseRejected(pool: pg.Pool, id: Uuid): Promise<void> {
  const { rows } = await pool.query<{ code: string | null; body: { detail?: string } | null }>(
    "select code, body from commands where id = $1 and state = 'done' and not accepted",
    [id],
  );
  const refusal = rows[0];
  if (refusal !== undefined)
    throw new Error(`the board refused: ${refusal.body?.detail ?? refusal.code ?? "without a reason"}`);
}

interface DayRow {
  readonly business_date: BusinessDate;
  readonly state: "closing" | "closed";
  readonly closed_partitions: number;
  readonly fees: number;
  readonly rewards: number;
  readonly payouts: number;
  readonly payouts_total: number;
  readonly held: number;
  readonly seal_hash: string | null;
}

async function readDay(pool: pg.Pool, date: BusinessDate): Promise<DayRow | undefined> {
  const { rows } = await pool.query<DayRow>(
    `select business_date, state, jsonb_array_length(partitions) as closed_partitions, fees, rewards, payouts, payouts_total,
            jsonb_array_length(held) as held, seal_hash from days where business_date = $1`,
    [date],
  );
  return rows[0];
}

function progressOf({ business_date, closed_partitions, payouts }: DayRow, { partitions }: Company): string {
  return `${business_date}: ${closed_partitions} of ${partitions} partitions closed, ${payouts} payouts`;
}

function tellClosed(day: DayRow, { currency }: Company, how: string): number {
  const { business_date, fees, rewards, payouts, payouts_total, held, seal_hash } = day;
  process.stdout.write(
    `${business_date} ${how}: fees ${fees}, rewards ${rewards}, income ${fees - rewards}, ${payouts} payouts of ${payouts_total} in all` +
      ` (minor units of ${currency}); seal ${seal_hash}\n`,
  );
  if (held > 0)
    process.stdout.write(
      `${held} accounts are held, for their control totals differ: \`ates verify\` says where\n`,
    );
  return 0;
}
