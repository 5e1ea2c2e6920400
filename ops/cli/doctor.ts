/** `ates doctor`: looks at everything the exchange stands on, a line for each thing, and says what to do (OPS-3). */
import type pg from "pg";
import { postgresPool } from "../../actors/runtime/postgres.ts";
import { type Config, readConfig } from "../config.ts";
import { lookAtExchange } from "../doctor/exchange.ts";
import { lookAtNode, lookAtPages } from "../doctor/machine.ts";
import { lookAtInstallation, lookAtPostgres } from "../doctor/postgres.ts";
import { fail, lineOf, ok, type Symptom } from "../doctor/symptom.ts";
import { lookAtRedis, lookAtSmtp } from "../doctor/wire.ts";
import { readCompany } from "../install.ts";
import { placeOf, reach, reasonOf } from "../reach.ts";
import type { Command } from "./command.ts";
import { findServers, type Servers } from "./connection.ts";

export const doctor: Command = {
  name: "doctor",
  usage: "[--json]",
  summary:
    "Looks at Node, configuration, servers, workers, partitions and lag: ok, warn or FAIL, and what to do; exits 1 on FAIL.",
  options: { json: { type: "boolean" } },
  optionHelp: { "--json": "one JSON document instead of lines" },
  run: async ({ values }) => {
    const isJson = values.json === true;
    const symptoms: Symptom[] = [];
    for await (const symptom of examine()) {
      symptoms.push(symptom);
      if (!isJson) process.stdout.write(`${lineOf(symptom)}\n`);
    }
    if (isJson) process.stdout.write(`${JSON.stringify(symptoms, null, 2)}\n`);
    return symptoms.some(({ state }) => state === "FAIL") ? 1 : 0;
  },
};

/** Looks as far as it can: what stands on something that failed is not looked at. */
async function* examine(): AsyncGenerator<Symptom> {
  yield lookAtNode();
  yield lookAtPages();
  const config = tryConfig();
  if ("state" in config) return yield config;
  yield ok("config", "every setting is as expected");
  const servers = await findServers(config).catch((error) =>
    fail("servers", reasonOf(error), "see `ates config`"),
  );
  if ("state" in servers) return yield servers;
  yield ok("servers", `named by ${servers.foundIn}`);
  yield* examineWithPostgres(config, servers);
}

function tryConfig(): Config | Symptom {
  try {
    return readConfig();
  } catch (error) {
    return fail("config", reasonOf(error), "correct the setting; `ates config` explains all of them");
  }
}

async function* examineWithPostgres(config: Config, servers: Servers): AsyncGenerator<Symptom> {
  const pool = postgresPool(servers.databaseUrl, 1, () => {});
  try {
    const postgres = await lookAtDatabase(pool, servers);
    yield* postgres;
    yield* await lookAtRedis(servers.redisUrl);
    yield await lookAtSmtp(servers.smtpUrl);
    if (postgres.some(({ state }) => state === "FAIL")) return;
    yield* await lookAtExchange(pool, await readCompany(pool), config.leaseTtlMs);
  } finally {
    await pool.end();
  }
}

async function lookAtDatabase(pool: pg.Pool, { databaseUrl }: Servers): Promise<Symptom[]> {
  try {
    await reach(pool, databaseUrl);
    const found = await lookAtPostgres(pool, placeOf(databaseUrl));
    const hasSchema = found.every(({ about, state }) => about !== "schema" || state === "ok");
    return hasSchema ? [...found, await lookAtInstallation(pool)] : found;
  } catch (error) {
    return [fail("Postgres", reasonOf(error), "start it, or correct DATABASE_URL")];
  }
}
