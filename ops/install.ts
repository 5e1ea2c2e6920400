/**
 * The installation: what is fixed once and for all (name, currency, zone, cut-off, partitions, prices, secret), the
 * rows of all partitions, the scheduler's first timer and the first admin. Done by whichever process comes first.
 */
import { randomBytes } from "node:crypto";
import type pg from "pg";
import { type BusinessDate, businessDateAt, endOfDateMs } from "../schemas/business-date.ts";
import type { Company } from "../schemas/company.ts";
import { nextDueMs } from "../schemas/cron.ts";
import { derivedUuid, newUuid, type ScheduleId } from "../schemas/ids.ts";
import { ALL_KINDS, KINDS, partitionsOf, subscriptions } from "../streams/topology.ts";
import type { Config } from "./config.ts";
import { outsideEnvelope, promiseCommand } from "./promise-command.ts";

const SOURCE = "/ates/installation";
/** Postgres' code for a table that is not there: nothing was ever migrated. */
const UNDEFINED_TABLE = "42P01";
const DAY_MS = 86_400_000;
/** An hour that no zone skips, after every cut-off of the night. */
const STATEMENT_CRON = "0 6 1 * *";

/** The first business date is today's; everything else comes from the configuration of the first start. */
export async function install(
  pool: pg.Pool,
  config: Config,
  nowMs: number,
  hashPassword: (password: string) => Promise<string>,
): Promise<Company> {
  const firstDate = businessDateAt(nowMs, config);
  const { rowCount } = await pool.query(
    `insert into installation (name, currency, time_zone, cut_off, partitions, secret, first_date, fee, reward, excluded_roles)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing`,
    [
      config.companyName,
      config.currency,
      config.timeZone,
      config.cutOff,
      config.partitions,
      randomBytes(32).toString("hex"),
      firstDate,
      config.fee,
      config.reward,
      config.excludedRoles,
    ],
  );
  const company = await readCompany(pool);
  await insertPartitions(pool, company.partitions);
  await insertFirstCutOff(pool, company, nowMs);
  await insertStatementSchedule(pool, company, nowMs);
  await insertFirstSweep(pool, company, nowMs);
  if (rowCount === 1 && config.adminEmail !== undefined && config.adminPassword !== undefined) {
    await registerFirstAdmin(pool, config.adminEmail, await hashPassword(config.adminPassword), nowMs);
  }
  return company;
}

/** Throws when the database holds no installation yet: `ates migrate` makes one. */
export async function readCompany(pool: Pick<pg.Pool, "query">): Promise<Company> {
  const { rows } = await pool
    .query<{
      name: string;
      currency: string;
      time_zone: string;
      cut_off: string;
      partitions: number;
      secret: string;
      first_date: BusinessDate;
      fee: Company["fee"];
      reward: Company["reward"];
      excluded_roles: string[];
    }>("select * from installation")
    .catch((error: { code?: string }) => {
      if (error.code === UNDEFINED_TABLE) return { rows: [] };
      throw error;
    });
  const row = rows[0];
  if (row === undefined) throw new Error("the database holds no installation: run `ates migrate` first");
  return {
    name: row.name,
    currency: row.currency,
    timeZone: row.time_zone,
    cutOff: row.cut_off,
    partitions: row.partitions,
    secret: row.secret,
    firstDate: row.first_date,
    fee: row.fee,
    reward: row.reward,
    excludedRoles: row.excluded_roles,
  };
}

/**
 * A kind that is younger than the installation begins with the oldest of what is still there: it would wait for ever for
 * the first number of a channel, which all others have consumed and nobody has any more (G5).
 */
async function insertPartitions(pool: pg.Pool, partitions: number): Promise<void> {
  const wanted = ALL_KINDS.flatMap((kind) =>
    Array.from({ length: partitionsOf(KINDS[kind].spread, partitions) }, (_, partition) => {
      const reads = subscriptions(kind, partition, partitions);
      return { kind, partition, channels: reads.map((at) => `${at.topic}/${at.partition}`) };
    }),
  );
  await pool.query(
    `insert into partitions (kind, partition, inbox)
     select w.kind, w.partition, coalesce((
       select jsonb_object_agg(channel || '</ates/' || s.kind || '/' || s.partition,
                coalesce((select min(o.sequence) - 1 from outbox o
                           where o.kind = s.kind and o.partition = s.partition
                             and o.topic || '/' || o.topic_partition = channel), number::bigint))
         from partitions s cross join lateral jsonb_each_text(s.outbox) as given (channel, number)
        where channel = any(w.channels)), '{}')
       from json_to_recordset($1) as w (kind text, partition int, channels text[])
      where not exists (select from partitions p where p.kind = w.kind and p.partition = w.partition)
     on conflict do nothing`,
    [JSON.stringify(wanted)],
  );
}

/** The scheduler sets each timer from the one before: only the first comes from outside. */
async function insertFirstCutOff(pool: pg.Pool, company: Company, nowMs: number): Promise<void> {
  const { firstDate } = company;
  const data = { businessDate: firstDate };
  const id = derivedUuid(Date.parse(firstDate), "first cut-off");
  const envelope = outsideEnvelope({
    id,
    source: SOURCE,
    type: "cutoff.reached",
    subject: "cut-off",
    data,
    nowMs,
  });
  await pool.query(
    `insert into later (kind, partition, id, due_at, envelope)
     select 'scheduler', 0, $1, $2, $3 where not exists (select from later where kind = 'scheduler')
     on conflict do nothing`,
    [id, new Date(endOfDateMs(firstDate, company)).toISOString(), envelope],
  );
}

/** On the first of a month, early, the statements of the month before (PAY-4): a schedule like those that admins make. */
async function insertStatementSchedule(pool: pg.Pool, company: Company, nowMs: number): Promise<void> {
  const scheduleId = derivedUuid(Date.parse(company.firstDate), "month statement") as ScheduleId;
  const dueMs = nextDueMs(STATEMENT_CRON, company.timeZone, nowMs) ?? nowMs;
  const dueAt = new Date(dueMs).toISOString();
  const id = derivedUuid(Date.parse(company.firstDate), "first month statement");
  const subject = `schedule/${scheduleId}`;
  const data = { scheduleId, revision: 1, dueAt };
  const envelope = outsideEnvelope({ id, source: SOURCE, type: "schedule.due", subject, data, nowMs });
  await pool.query(
    `with made as (
       insert into schedules (id, name, cron, catch_up, work, is_paused, is_removed, revision, next_due_at, times_fired)
       values ($1, 'Month statements', $2, 'all', '{"kind":"statement"}', false, false, 1, $3, 0)
       on conflict do nothing returning id)
     insert into later (kind, partition, id, due_at, envelope) select 'scheduler', 0, $4, $3, $5 from made`,
    [scheduleId, STATEMENT_CRON, dueAt, id, envelope],
  );
}

/** The webhook actor sets each look for old deliveries from the one before: only the first comes from outside. */
async function insertFirstSweep(pool: pg.Pool, { firstDate }: Company, nowMs: number): Promise<void> {
  const id = derivedUuid(Date.parse(firstDate), "first sweep of deliveries");
  const head = { id, source: SOURCE, type: "webhook.sweep", subject: "deliveries", data: {} } as const;
  await pool.query(
    `insert into later (kind, partition, id, due_at, gateway, envelope)
     select 'webhook', 0, $1, $2, 'webhook', $3
      where not exists (select from later where kind = 'webhook'
                           and envelope::jsonb ->> 'type' in ('webhook.sweep', 'webhook.forget'))
     on conflict do nothing`,
    [id, new Date(nowMs + DAY_MS).toISOString(), outsideEnvelope({ ...head, nowMs })],
  );
}

/** A promised command, like one the edge answered with 202: the directory decides it when it runs. */
async function registerFirstAdmin(
  pool: pg.Pool,
  email: string,
  passwordHash: string,
  nowMs: number,
): Promise<void> {
  const id = newUuid(nowMs);
  await promiseCommand(pool, {
    id,
    source: SOURCE,
    topic: "directory",
    type: "user.register",
    subject: `email/${email.toLowerCase()}`,
    data: { email, name: "Admin", role: "admin", passwordHash },
    fingerprint: "first admin",
    sender: { id, role: "admin" },
    nowMs,
  });
}
