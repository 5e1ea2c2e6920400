/** `ates migrate`: brings the schema up to date and makes the installation, once. */

import { postgresPool } from "../../actors/runtime/postgres.ts";
import { hashPassword } from "../../http/auth/password.ts";
import { readConfig } from "../config.ts";
import { install } from "../install.ts";
import { MIGRATIONS, migrate } from "../migrate.ts";
import { reach } from "../reach.ts";
import { migrateAnalytics } from "../roles/own-analytics.ts";
import { ConfigError } from "../setting.ts";
import type { Command } from "./command.ts";

export const migrateCommand: Command = {
  name: "migrate",
  usage: "",
  summary:
    "Brings the database's schema up to date; at the first run also makes the installation and its first admin.",
  run: async () => {
    const config = readConfig();
    if (config.databaseUrl === undefined)
      throw new ConfigError("DATABASE_URL: expected the URL of Postgres, got nothing.");
    const pool = postgresPool(config.databaseUrl, 2, () => {});
    try {
      await reach(pool, config.databaseUrl);
      const applied = await migrate(pool);
      const company = await install(pool, config, Date.now(), hashPassword);
      for (const name of await migrateAnalytics(config))
        process.stdout.write(`applied ${name} for analytics\n`);
      for (const name of applied) process.stdout.write(`applied ${name}\n`);
      process.stdout.write(
        `${company.name}: schema ${MIGRATIONS.at(-1)?.number}, ${company.partitions} partitions, first business date ${company.firstDate}\n`,
      );
      return 0;
    } finally {
      await pool.end();
    }
  },
};
