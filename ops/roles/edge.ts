/** The edge role: the HTTP entry with its read models, composed from the configuration. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Logger } from "pino";
import { postgresPool } from "../../actors/runtime/postgres.ts";
import { asyncapiRoute, type TypesByTopic } from "../../http/asyncapi.ts";
import { createEdge, type Edge } from "../../http/edge.ts";
import type { EdgeLimits } from "../../http/limits.ts";
import { Load } from "../../http/load.ts";
import type { IdentitySettings } from "../../http/routes/identity-routes.ts";
import { Sockets } from "../../http/sockets.ts";
import type { Company } from "../../schemas/company.ts";
import type { RedisFactory } from "../../streams/connection.ts";
import type { Config } from "../config.ts";
import type { Metrics } from "../metrics.ts";
import { installationOf } from "./installation.ts";
import { openReads } from "./reads.ts";

const WEB_ROOT = fileURLToPath(new URL("../../web/dist", import.meta.url));

/** The edge's own statements are one row each: what takes longer shall make nobody wait. */
const STATEMENT_TIMEOUT_MS = 2_000;
const CONNECT_TIMEOUT_MS = 1_000;

/** Five in line for each connection, whatever they ask. */
const READS_IN_PROGRESS_MIN = 50;
/** Below the 2 s that a read waits for a connection. */
const READ_WAIT_MS_MAX = 1_000;

export interface EdgeRoleOptions {
  readonly config: EdgeLimits &
    Pick<Config, "leaseTtlMs" | "databaseConnections" | "readDatabaseUrl" | "analyticsDatabaseUrl"> &
    Pick<Config, "paymentCallbackSecret" | "companyIban"> &
    Pick<Config, "publicUrl" | "oidcIssuer" | "oidcClientId" | "oidcClientSecret"> &
    Pick<Config, "ratePerSecond" | "rateBurstPerMinute" | "trustProxy" | "webhookPrivateRanges">;
  readonly databaseUrl: string;
  readonly connect: RedisFactory;
  readonly company: Company;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, "observeRequest">;
}

export interface RunningEdge {
  readonly edge: Edge;
  close(): Promise<void>;
}

/** With connections of its own: batches of a worker in the same process do not wait for requests, nor they for batches. */
export function createEdgeRole(options: EdgeRoleOptions): RunningEdge {
  const { config, databaseUrl, connect, company, logger, metrics } = options;
  const sockets = new Sockets();
  const pool = postgresPool(
    databaseUrl,
    config.databaseConnections,
    (error) => logger.debug({ err: error }, "an idle connection to Postgres broke"),
    { statementTimeoutMs: STATEMENT_TIMEOUT_MS, connectTimeoutMs: CONNECT_TIMEOUT_MS, stream: sockets.open },
  );
  const reads = openReads({
    databaseUrl,
    replicaUrl: config.readDatabaseUrl,
    analyticsUrl: config.analyticsDatabaseUrl,
    load: readLoad(config),
    logger,
  });
  const edge = createEdge({
    pool,
    cutConnections: sockets.cut,
    heartbeats: reads.heartbeats,
    places: reads.places,
    redis: connect,
    company,
    leaseTtlMs: config.leaseTtlMs,
    limits: config,
    webhooks: { privateRanges: config.webhookPrivateRanges },
    rateLimit: { perSecond: config.ratePerSecond, burstPerMinute: config.rateBurstPerMinute },
    trustProxy: config.trustProxy,
    identity: identityOf(config),
    logger,
    observeRequest: metrics.observeRequest,
    installation: installationOf(options),
    paymentCallbackSecret: config.paymentCallbackSecret,
    payer: config.companyIban === undefined ? undefined : { ...company, iban: config.companyIban },
    routes: [...reads.routes, asyncapiRoute(knownTypes, "1")],
    ...(existsSync(WEB_ROOT) ? { webRoot: WEB_ROOT } : {}),
  });
  return {
    edge,
    close: async () => {
      await edge.close();
      await Promise.all([reads.close(), pool.end()]);
    },
  };
}

/** Loaded when somebody asks: an edge has no other use for the actors. */
async function knownTypes(): Promise<TypesByTopic> {
  return (await import("../types-by-topic.ts")).typesByTopic();
}

function identityOf(config: EdgeRoleOptions["config"]): IdentitySettings {
  const { publicUrl, oidcIssuer: issuer, oidcClientId: clientId, oidcClientSecret: clientSecret } = config;
  return { publicUrl, ...(issuer === undefined ? {} : { oidc: { issuer, clientId, clientSecret } }) };
}

function readLoad({ readsInProgressMax }: Pick<EdgeLimits, "readsInProgressMax">): Load {
  return new Load({ min: READS_IN_PROGRESS_MIN, max: readsInProgressMax, waitMsMax: READ_WAIT_MS_MAX });
}
