/** Metrics of what only Postgres knows, read at each scrape: the same from every process. */
import type { Pool } from "pg";
import { Gauge, type Registry } from "prom-client";
import { lagsOf, readPositions } from "./lag.ts";

export interface StoredGauges {
  readonly lag: Gauge;
  readonly outbox: Gauge;
  readonly deadLetters: Gauge;
  readonly mails: Gauge;
  readonly payouts: Gauge;
  readonly held: Gauge;
  readonly webhooks: Gauge;
  readonly schedules: Gauge;
}

export function createStoredGauges(registry: Registry): StoredGauges {
  const registers = [registry];
  return {
    lag: new Gauge({
      name: "ates_lag_entries",
      help: "facts a group has not applied yet",
      labelNames: ["kind"],
      registers,
    }),
    outbox: new Gauge({
      name: "ates_outbox_rows",
      help: "envelopes that some group has not applied",
      registers,
    }),
    deadLetters: new Gauge({
      name: "ates_dead_letters",
      help: "messages kept because they failed, or wait behind one that did",
      labelNames: ["state", "code"],
      registers,
    }),
    mails: new Gauge({ name: "ates_mails_total", help: "mails by state", labelNames: ["state"], registers }),
    held: new Gauge({
      name: "ates_held_accounts",
      help: "accounts whose payouts wait, because the board and the books differ about them",
      labelNames: ["reason"],
      registers,
    }),
    webhooks: new Gauge({
      name: "ates_webhooks",
      help: "subscriptions by how they stand; failing: active, and the last delivery was refused",
      labelNames: ["state"],
      registers,
    }),
    schedules: new Gauge({
      name: "ates_schedules",
      help: "schedules by how they stand; overdue: due for a minute and not fired",
      labelNames: ["state"],
      registers,
    }),
    payouts: new Gauge({
      name: "ates_payouts_total",
      help: "payouts by state",
      labelNames: ["state"],
      registers,
    }),
  };
}

export async function readStored(gauges: StoredGauges, pool: Pool): Promise<void> {
  const lags = new Map<string, number>();
  for (const { group, lag } of lagsOf(await readPositions(pool)))
    lags.set(group, (lags.get(group) ?? 0) + lag);
  for (const [kind, lag] of lags) gauges.lag.set({ kind }, lag);
  gauges.outbox.set(await countOutbox(pool));
  await readLetters(gauges.deadLetters, pool);
  gauges.held.set({ reason: "control_totals_differ" }, await countHeld(pool));
  for (const name of ["mails", "payouts", "webhooks", "schedules"] as const)
    await readStates(gauges[name], pool, STATES[name]);
}

/** State and count of each. */
const STATES = {
  mails: "select state, count(*) as count from mails group by state",
  payouts: "select state, count(*) as count from payouts group by state",
  webhooks: `select case when state = 'active' and failing_since is not null then 'failing' else state end as state,
                    count(*) as count
               from webhooks where state <> 'deleted' group by 1`,
  schedules: `select case when is_paused or next_due_at is null then 'paused'
                          when next_due_at > now() then 'waiting'
                          when next_due_at > now() - interval '1 minute' then 'due'
                          else 'overdue' end as state,
                     count(*) as count
                from schedules where not is_removed group by 1`,
} as const;

async function readStates(gauge: Gauge, pool: Pool, text: string): Promise<void> {
  const { rows } = await pool.query<{ state: string; count: number }>(text);
  gauge.reset();
  for (const { state, count } of rows) gauge.set({ state }, count);
}

/** Codes are few: they are the names of what can go wrong, not the words of an error. */
async function readLetters(gauge: Gauge, pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ state: string; code: string; count: number }>(
    "select state, code, count(*) as count from dead_letters group by state, code",
  );
  gauge.reset();
  for (const { count, ...labels } of rows) gauge.set(labels, count);
}

async function countHeld(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    "select count(*) as count from accounts where held_since is not null",
  );
  return rows[0]?.count ?? 0;
}

async function countOutbox(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>("select count(*) as count from outbox");
  return rows[0]?.count ?? 0;
}
