/** The analytics read side in a database of its own, if it is to have one: its pool, and the follower that fills it. */
import type pg from "pg";
import type { Logger } from "pino";
import { postgresPool } from "../../actors/runtime/postgres.ts";
import type { Company } from "../../schemas/company.ts";
import { AnalyticsFollower } from "../analytics/follow.ts";
import type { Config } from "../config.ts";
import { migrate } from "../migrate.ts";
import { reach } from "../reach.ts";

export interface OwnAnalyticsOptions {
  readonly config: Pick<Config, "analyticsDatabaseUrl">;
  readonly company: Pick<Company, "partitions">;
  readonly pool: pg.Pool;
  readonly logger: Logger;
}

/** One that follows, and one to spare. */
const CONNECTIONS = 2;

/** The same schema as the installation's, of which only `analytics` and `reports` are used there. */
export async function migrateAnalytics({
  analyticsDatabaseUrl,
}: OwnAnalyticsOptions["config"]): Promise<string[]> {
  if (analyticsDatabaseUrl === undefined) return [];
  const own = analyticsPool(analyticsDatabaseUrl);
  return reach(own, analyticsDatabaseUrl)
    .then(() => migrate(own))
    .finally(() => own.end());
}

/** Answers how it is stopped. */
export function followAnalytics({ config, company, pool, logger }: OwnAnalyticsOptions): () => Promise<void> {
  if (config.analyticsDatabaseUrl === undefined) return async () => {};
  const own = analyticsPool(config.analyticsDatabaseUrl);
  const follower = new AnalyticsFollower({ pool, own, partitions: company.partitions, logger });
  follower.start();
  return async () => {
    await follower.stop();
    await own.end();
  };
}

function analyticsPool(url: string): pg.Pool {
  return postgresPool(url, CONNECTIONS, () => {});
}
