/** The edge role: the HTTP entry with its read models, composed from the configuration. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type pg from "pg";
import type { Logger } from "pino";
import { createEdge, type Edge } from "../../http/edge.ts";
import { createReadDatabase } from "../../http/queries/read-database.ts";
import { readRoutes } from "../../http/routes/read-routes.ts";
import type { Company } from "../../schemas/company.ts";
import type { RedisFactory } from "../../streams/connection.ts";
import type { Config } from "../config.ts";
import type { Metrics } from "../metrics.ts";

const WEB_ROOT = fileURLToPath(new URL("../../web/dist", import.meta.url));

export interface EdgeRoleOptions {
  readonly config: Pick<Config, "leaseTtlMs">;
  readonly databaseUrl: string;
  readonly pool: pg.Pool;
  readonly connect: RedisFactory;
  readonly company: Company;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, "observeRequest">;
}

export interface RunningEdge {
  readonly edge: Edge;
  close(): Promise<void>;
}

export function createEdgeRole({
  config,
  databaseUrl,
  pool,
  connect,
  company,
  logger,
  metrics,
}: EdgeRoleOptions): RunningEdge {
  const database = createReadDatabase(databaseUrl);
  const edge = createEdge({
    pool,
    redis: connect,
    company,
    leaseTtlMs: config.leaseTtlMs,
    logger,
    observeRequest: metrics.observeRequest,
    routes: readRoutes({ database }),
    ...(existsSync(WEB_ROOT) ? { webRoot: WEB_ROOT } : {}),
  });
  return {
    edge,
    close: async () => {
      await edge.close();
      await database.destroy();
    },
  };
}
