/** Rows as the actors would have written them, with everything a test does not care about filled in. */
import { randomUUID } from "node:crypto";
import type { Role } from "../../../schemas/envelope.ts";
import type { UserId } from "../../../schemas/ids.ts";
import type { Row, TestDatabase } from "./database.ts";

const NOTIFICATIONS = JSON.stringify({ assigned: true, receipt: true, statement: false });

export interface CompanyRow {
  readonly firstDate?: string;
  /** The board's date; null = the board has decided nothing yet. */
  readonly date?: string | null;
  readonly partitions?: number;
}

export async function company(db: TestDatabase, given: CompanyRow = {}): Promise<void> {
  const { firstDate = "2026-01-01", date = "2026-03-10", partitions = 4 } = given;
  await db.insert("installation", {
    name: "UberPopug",
    currency: "USD",
    time_zone: "Europe/Berlin",
    cut_off: "00:00",
    partitions,
    secret: "secret",
    first_date: firstDate,
    fee: "{}",
    reward: "{}",
    excluded_roles: [],
  });
  if (date === null) return;
  await db.insert("board", { business_date: date, last_number: 0, totals: "{}", shuffles: "[]" });
}

export async function user(
  db: TestDatabase,
  name: string,
  given: { role?: Role; active?: boolean; id?: string } = {},
): Promise<UserId> {
  const { role = "employee", active = true, id = randomUUID() } = given;
  await db.insert("users", {
    id,
    email: `${id}@ates.local`,
    name,
    role,
    active,
    locale: "en",
    notifications: NOTIFICATIONS,
    created_at: "2026-01-01T00:00:00Z",
    changed_at: "2026-01-01T00:00:00Z",
  });
  return id as UserId;
}

/** `assignee_id`, `created_by`, `number` must be given. */
export async function task(db: TestDatabase, given: Row): Promise<string> {
  const row = {
    id: randomUUID(),
    title: `Task ${given.number}`,
    status: "open",
    fee: 1500,
    reward: 3000,
    assignments: 1,
    created_at: "2026-03-01T10:00:00Z",
    assigned_at: "2026-03-01T10:00:00Z",
    created_date: "2026-03-01",
    version: 1,
    ...given,
  };
  await db.insert("tasks", row);
  await db.run(
    `insert into task_words select number, words_of_task(number, jira_id, title, description),
                                   identity_of_task(jira_id, title, description) from tasks where id = $1`,
    [row.id],
  );
  return row.id;
}

/** Many at once, numbered from 1, of every status, with fees and moments that many of them share. */
export async function tasksTitled(db: TestDatabase, owner: UserId, titles: readonly string[]): Promise<void> {
  await db.run(
    `insert into tasks (id, number, title, status, assignee_id, created_by, fee, reward, assignments, created_at, assigned_at,
                        created_date, completed_at, version)
     select gen_random_uuid(), n, title, (array['open', 'in-progress', 'done', 'cancelled'])[1 + n % 4], $1, $1, n % 11, n % 7, 1,
            at, at, at::date, case when n % 4 = 2 then at end, 1
       from unnest($2::text[]) with ordinality as titled (title, n), make_interval(mins => n::int % 90) as span,
            lateral (select timestamptz '2026-03-01 10:00Z' + span as at) as moment`,
    [owner, titles],
  );
  await db.run(
    `insert into task_words select number, words_of_task(number, jira_id, title, description),
                                   identity_of_task(jira_id, title, description) from tasks`,
  );
  await db.run("analyze tasks, task_words");
}

const numbers = new Map<unknown, number>();

/** `account_id`, `kind`, `amount` must be given; numbers go on by themselves, as do balances from 0. */
export async function entry(db: TestDatabase, given: Row): Promise<string> {
  const number = Number(given.number ?? (numbers.get(given.account_id) ?? 0) + 1);
  numbers.set(given.account_id, number);
  const row = {
    number,
    transfer_id: randomUUID(),
    balance_after: 0,
    counter_account: "house",
    partition: 0,
    business_date: "2026-03-10",
    occurred_at: "2026-03-10T09:00:00Z",
    trace_id: "0af7651916cd43dd8448eb211c80319c",
    hash: "hash",
    ...given,
  };
  await db.insert("entries", row);
  return row.transfer_id;
}

export async function account(db: TestDatabase, id: string, balance: number | string): Promise<void> {
  await db.insert("accounts", { id, partition: 0, balance, entries: 0, head_hash: "", day: "{}" });
}

export async function payout(db: TestDatabase, given: Row): Promise<string> {
  const row = {
    id: randomUUID(),
    amount: 1000,
    breakdown: "{}",
    state: "settled",
    attempts: 1,
    updated_at: "2026-03-10T22:00:00Z",
    ...given,
  };
  await db.insert("payouts", row);
  return row.id;
}

export async function completion(db: TestDatabase, given: Row): Promise<string> {
  const row = {
    task_id: randomUUID(),
    completed_at: `${given.business_date}T09:00:00Z`,
    number: 1,
    title: "Task",
    assignee_id: randomUUID(),
    ...given,
  };
  await db.insert("analytics.completions", row);
  return row.task_id;
}
