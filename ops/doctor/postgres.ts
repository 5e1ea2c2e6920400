/** Postgres: new enough, with our schema and an installation, and a clock that agrees with ours. */
import type pg from "pg";
import { MIGRATIONS } from "../migrate.ts";
import { fail, ok, type Symptom, warn } from "./symptom.ts";

const VERSION_MIN = 15;
/** Hosts stamp business dates and due times with their own clock: a second is noise, a minute misdates facts. */
const SKEW_WARN_MS = 1_000;
const SKEW_FAIL_MS = 60_000;

export async function lookAtPostgres(pool: pg.Pool, place: string): Promise<Symptom[]> {
  return [await lookAtVersion(pool, place), await lookAtClock(pool), await lookAtSchema(pool)];
}

async function lookAtVersion(pool: pg.Pool, place: string): Promise<Symptom> {
  const { rows } = await pool.query<{ number: number; version: string }>(
    "select current_setting('server_version_num')::int as number, current_setting('server_version') as version",
  );
  const { number = 0, version = "unknown" } = rows[0] ?? {};
  const says = `${version} at ${place}`;
  if (number >= VERSION_MIN * 10_000) return ok("Postgres", says);
  return fail("Postgres", `${says}, expected ${VERSION_MIN} or newer`, "move the database to a newer server");
}

async function lookAtClock(pool: pg.Pool): Promise<Symptom> {
  const skewMs = await clockSkewMs(pool);
  const says = `${Math.abs(skewMs)} ms ${skewMs < 0 ? "behind" : "ahead of"} this machine's`;
  const advice = "let both machines follow the same time server (NTP)";
  if (Math.abs(skewMs) >= SKEW_FAIL_MS) return fail("clock", `Postgres' clock is ${says}`, advice);
  if (Math.abs(skewMs) >= SKEW_WARN_MS) return warn("clock", `Postgres' clock is ${says}`, advice);
  return ok("clock", `Postgres' clock is ${says}`);
}

/** The answer was made about half-way between the question and its arrival. */
async function clockSkewMs(pool: pg.Pool): Promise<number> {
  const askedMs = Date.now();
  const { rows } = await pool.query<{ ms: number }>(
    "select extract(epoch from clock_timestamp())::float8 * 1000 as ms",
  );
  const middleMs = (askedMs + Date.now()) / 2;
  return Math.round((rows[0]?.ms ?? middleMs) - middleMs);
}

async function lookAtSchema(pool: pg.Pool): Promise<Symptom> {
  const known = MIGRATIONS.at(-1)?.number ?? 0;
  const found = await schemaNumber(pool);
  if (found === known) return ok("schema", `migration ${known}`);
  if (found > known) {
    return fail(
      "schema",
      `the database is at migration ${found}, this release knows ${known}`,
      "use a newer release of aTES",
    );
  }
  const says =
    found === 0
      ? "the database is empty"
      : `the database is at migration ${found}, this release needs ${known}`;
  return fail("schema", says, "ates migrate");
}

async function schemaNumber(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ found: boolean }>(
    "select to_regclass('migrations') is not null as found",
  );
  if (rows[0]?.found !== true) return 0;
  const newest = await pool.query<{ number: number | null }>("select max(number) as number from migrations");
  return newest.rows[0]?.number ?? 0;
}

export async function lookAtInstallation(pool: pg.Pool): Promise<Symptom> {
  const { rows } = await pool.query<{
    name: string;
    currency: string;
    partitions: number;
    time_zone: string;
  }>("select name, currency, partitions, time_zone from installation");
  const found = rows[0];
  if (found === undefined) return fail("installation", "the database holds none", "ates migrate");
  return ok(
    "installation",
    `${found.name}, ${found.currency}, ${found.time_zone}, ${found.partitions} partitions`,
  );
}
