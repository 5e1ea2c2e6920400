/**
 * A fresh database for a test. On the run's Postgres it is a copy of one that was migrated once in this process: to
 * migrate each of them anew would cost a test run a minute.
 */
import pg from "pg";
import { migrate } from "../../ops/migrate.ts";
import { newUuid } from "../../schemas/ids.ts";
import { testServers } from "./servers.ts";

export interface FreshDatabase {
  readonly databaseUrl: string;
  /** Nobody waits for it: Postgres writes a checkpoint first, and what is left goes with the server. */
  drop(): void;
}

let template: Promise<FreshDatabase> | undefined;

/** `serverUrl`: a server that the test may do harm to, instead of the run's. */
export async function freshDatabase(serverUrl?: string): Promise<FreshDatabase> {
  if (serverUrl !== undefined) return migrated(serverUrl);
  template ??= testServers().then(({ postgresUrl }) => migrated(postgresUrl));
  return copyOf((await template).databaseUrl);
}

/** Postgres copies idle databases only: whoever is still connected is cut off. */
export async function copyOf(databaseUrl: string): Promise<FreshDatabase> {
  const source = new URL(databaseUrl).pathname.slice(1);
  const cut = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1";
  await asAdmin(databaseUrl, (admin) => admin.query(cut, [source]));
  return created(databaseUrl, `template ${source}`);
}

async function migrated(serverUrl: string): Promise<FreshDatabase> {
  const database = await created(serverUrl);
  const pool = new pg.Pool({ connectionString: database.databaseUrl, max: 1 });
  await migrate(pool).finally(() => pool.end());
  return database;
}

async function created(serverUrl: string, like = ""): Promise<FreshDatabase> {
  const name = `test_${newUuid().replaceAll("-", "")}`;
  await asAdmin(serverUrl, (admin) => admin.query(`create database ${name} ${like}`));
  const databaseUrl = Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href;
  const dropped = () => asAdmin(serverUrl, (admin) => admin.query(`drop database ${name} with (force)`));
  return { databaseUrl, drop: () => void dropped().catch(() => undefined) };
}

/** In the database that every server has. */
async function asAdmin(serverUrl: string, work: (admin: pg.Client) => Promise<unknown>): Promise<void> {
  const admin = new pg.Client({
    connectionString: Object.assign(new URL(serverUrl), { pathname: "/postgres" }).href,
  });
  admin.on("error", () => undefined); // the server may end before what nobody waits for
  await admin.connect();
  await work(admin).finally(() => admin.end());
}
