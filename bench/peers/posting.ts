/**
 * What every peer does with a message, in one statement and so in one round trip and one commit: an entry that is
 * written once however often the message comes, and the balance with it.
 */
import { randomUUID } from "node:crypto";
import pg from "pg";

export interface PeerTask {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly messages: number;
  readonly accounts: number;
  /** Messages in progress at a time. */
  readonly concurrency: number;
  /** Connections to Postgres. */
  readonly connections: number;
  /** Messages that the peer takes at a time, where it can. */
  readonly batch: number;
}

export interface Message {
  readonly id: string;
  readonly accountId: string;
  readonly kind: "fee" | "reward";
  readonly amountMinor: number;
  readonly taskId: string;
  readonly title: string;
  readonly jiraId: string;
  readonly businessDate: string;
  readonly occurredAt: string;
}

const TABLES = `
  create table ledger_accounts (id uuid primary key, balance bigint not null);
  create table ledger_entries (
    message_id uuid primary key, account_id uuid not null, kind text not null, amount bigint not null,
    task_id uuid not null, title text not null, jira_id text not null, business_date date not null,
    occurred_at timestamptz not null
  )`;

const POST = {
  name: "post",
  text: `with entry as (
           insert into ledger_entries (message_id, account_id, kind, amount, task_id, title, jira_id, business_date, occurred_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (message_id) do nothing
           returning account_id, amount)
         insert into ledger_accounts select account_id, amount from entry
         on conflict (id) do update set balance = ledger_accounts.balance + excluded.balance`,
};

/** The same of many messages: for peers that hand a handler more than one. */
const POST_MANY = {
  name: "post-many",
  text: `with entry as (
           insert into ledger_entries (message_id, account_id, kind, amount, task_id, title, jira_id, business_date, occurred_at)
           select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::uuid[], $6::text[], $7::text[],
                                $8::date[], $9::timestamptz[])
           on conflict (message_id) do nothing returning account_id, amount)
         insert into ledger_accounts select account_id, sum(amount) from entry group by account_id order by account_id
         on conflict (id) do update set balance = ledger_accounts.balance + excluded.balance`,
};

export class PeerLedger {
  readonly pool: pg.Pool;
  posted = 0;

  private constructor(pool: pg.Pool) {
    this.pool = pool;
  }

  static async open({ databaseUrl, connections }: PeerTask): Promise<PeerLedger> {
    const pool = new pg.Pool({ connectionString: databaseUrl, max: connections });
    // Its database is dropped when it has closed its connections, and Postgres may hear of that first.
    pool.on("error", () => {});
    pool.on("connect", (client) => client.on("error", () => {}));
    await pool.query(TABLES);
    await Promise.all(Array.from({ length: connections }, () => pool.query("select pg_sleep(0.05)")));
    return new PeerLedger(pool);
  }

  async post(message: Message): Promise<void> {
    await this.pool.query({ ...POST, values: valuesOf(message) });
    this.posted += 1;
  }

  async postMany(messages: readonly Message[]): Promise<void> {
    const rows = messages.map(valuesOf);
    const columns = Array.from({ length: 9 }, (_, column) => rows.map((row) => row[column]));
    await this.pool.query({ ...POST_MANY, values: columns });
    this.posted += messages.length;
  }

  /** Throws when a message is missing, or counted twice. */
  async close(messages: number): Promise<void> {
    const { rows } = await this.pool.query(
      `select (select count(*)::int from ledger_entries) as entries, (select sum(amount)::int from ledger_entries) as amount,
              (select sum(balance)::int from ledger_accounts) as balance`,
    );
    await this.pool.end();
    const { entries, amount, balance } = rows[0];
    if (entries !== messages || amount !== balance)
      throw new Error(
        `expected ${messages} entries and equal sums, got ${entries}, ${amount} and ${balance}`,
      );
  }
}

function valuesOf(message: Message): unknown[] {
  const { id, accountId, kind, amountMinor, taskId, title, jiraId, businessDate, occurredAt } = message;
  return [id, accountId, kind, amountMinor, taskId, title, jiraId, businessDate, occurredAt];
}

export function messagesOf({ messages, accounts }: PeerTask): Message[] {
  const ids = Array.from({ length: accounts }, () => randomUUID());
  const occurredAt = new Date().toISOString();
  return Array.from({ length: messages }, (_, index) => ({
    id: randomUUID(),
    accountId: ids[index % accounts] ?? "",
    kind: index % 2 === 0 ? "fee" : "reward",
    amountMinor: index % 2 === 0 ? -15 : 30,
    taskId: randomUUID(),
    title: "Sharpen the beak of the log-in page",
    jiraId: "UBERPOP-42",
    businessDate: occurredAt.slice(0, 10),
    occurredAt,
  }));
}

export function* inPieces<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}
