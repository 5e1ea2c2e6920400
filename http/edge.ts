/**
 * The edge, put together: the one HTTP entry (EDGE-1). It keeps no state that another copy would miss: log-ins, keys and
 * outcomes are in Postgres, the rest is memory that may be lost.
 */
import type { AddressInfo } from "node:net";
import type { Pool } from "pg";
import type { Logger } from "pino";
import type { Company } from "../schemas/company.ts";
import { newUuid, type Uuid } from "../schemas/ids.ts";
import type { RedisFactory } from "../streams/connection.ts";
import { ApiTokens } from "./auth/api-tokens.ts";
import { Revocations } from "./auth/revocations.ts";
import { Sessions } from "./auth/sessions.ts";
import { SigningKeys } from "./auth/signing-keys.ts";
import { CommandSender } from "./commands.ts";
import { type Database, guardDatabase } from "./database.ts";
import { edgeLoads } from "./edge-loads.ts";
import { commandDecided, Feed } from "./feed.ts";
import type { Heartbeat } from "./heartbeat.ts";
import { EDGE_LIMITS, type EdgeLimits } from "./limits.ts";
import { authenticateBy } from "./middleware/authenticate.ts";
import { OpenTopics } from "./open-topics.ts";
import { documentRoutes } from "./openapi.ts";
import type { ReadPlaces } from "./read-places.ts";
import type { Route } from "./route.ts";
import type { Payer } from "./routes/bank-files.ts";
import { commandRoutes } from "./routes/command-routes.ts";
import { commandStatusRoute } from "./routes/commands.ts";
import { feedRoute } from "./routes/feed.ts";
import { healthRoutes } from "./routes/health.ts";
import { type IdentitySettings, identityRoutes } from "./routes/identity-routes.ts";
import { importRoute } from "./routes/import-tasks.ts";
import type { Installation } from "./routes/ops-installation.ts";
import { opsRoutes } from "./routes/ops-routes.ts";
import { payingRoutes } from "./routes/paying-routes.ts";
import { viewRoutes } from "./routes/views.ts";
import { EdgeServer, type ServerOptions } from "./server.ts";
import type { WebhookAddressOptions } from "./webhook-address.ts";

export interface EdgeOptions extends Omit<ServerOptions, "routes" | "authenticate"> {
  readonly pool: Pool;
  /** Cuts every connection of the pool, when the server behind them has gone silent. */
  readonly cutConnections?: () => void;
  /** Of what further routes need; they beat as long as the edge runs. */
  readonly heartbeats?: readonly Heartbeat[];
  /** Where reads are done when there is a replica; absent = there is none. */
  readonly places?: ReadPlaces | undefined;
  readonly redis: RedisFactory;
  readonly company: Pick<Company, "partitions" | "secret">;
  /** Asked by operators for what only the whole installation knows; without it those routes are absent. */
  readonly installation?: Installation;
  /** Which addresses webhooks may have; public ones unless told. */
  readonly webhooks?: WebhookAddressOptions;
  /** Routes beside those of log-in, commands, operators, feed, health and the document: the read routes. */
  readonly routes?: readonly Route[];
  readonly logger: Logger;
  readonly nowMs?: () => number;
  /** This process's address for replies. */
  readonly edgeId?: Uuid;
  readonly identity?: IdentitySettings;
  /** How long a silent worker counts as living. Default: nobody looks, and commands wait for whoever comes. */
  readonly leaseTtlMs?: number;
  readonly limits?: EdgeLimits;
  readonly version?: string;
  readonly feedHeartbeatMs?: number;
  readonly feedLingerMs?: number;
  /** What the payment provider signs its calls with; without it nobody may call. */
  readonly paymentCallbackSecret?: string | undefined;
  /** Who pays by bank files, and from which account; without it there are none. */
  readonly payer?: Payer | undefined;
}

/** How long the first requests wait for Postgres and Redis; without them the edge starts all the same. */
const START_MAX_MS = 2_000;

/** What routes are made of, besides the options. */
interface Parts {
  readonly database: Database;
  readonly keys: SigningKeys;
  readonly tokens: ApiTokens;
  readonly loads: ReturnType<typeof edgeLoads>;
  readonly nowMs: () => number;
}

export class Edge {
  readonly #server: EdgeServer;
  readonly #heartbeats: readonly Heartbeat[];
  readonly #revocations: Revocations;
  readonly #sender: CommandSender;
  readonly #feed: Feed;
  readonly #topics: OpenTopics | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: EdgeOptions) {
    const { pool, redis, logger, nowMs = Date.now, edgeId = newUuid(), leaseTtlMs } = options;
    const { cutConnections = () => undefined, heartbeats = [], places } = options;
    const { database, polled, heartbeat } = guardDatabase(pool, cutConnections, logger);
    this.#heartbeats = [heartbeat, ...heartbeats];
    const keys = new SigningKeys(places?.orReplica(database) ?? database);
    this.#revocations = new Revocations({ pool: places?.orReplica(polled) ?? polled, logger, nowMs });
    const { limits = EDGE_LIMITS } = options;
    this.#feed = feedOf(options, limits, nowMs);
    this.#sender = new CommandSender({
      database,
      databaseUp: () => heartbeat.use(),
      redis,
      edgeId,
      logger,
      nowMs,
      closed: (topic) => this.#topics?.closed(topic),
      onKept: (id, sender) => void this.#feed.tell(sender, commandDecided(id)),
    });
    if (leaseTtlMs !== undefined) {
      const { ageAfter } = this.#sender;
      this.#topics = new OpenTopics({ database: polled, logger, nowMs, leaseTtlMs, limits, ageAfter });
    }
    const loads = edgeLoads(limits, (topic) => this.#topics?.isBehind(topic) === true);
    const tokens = new ApiTokens(database, nowMs, places?.replica);
    const described = this.#routesOf(options, { database, keys, tokens, loads, nowMs });
    const noted = places === undefined ? described : described.map(places.noting);
    const routes = [...noted, ...documentRoutes(described, options.version ?? "1")];
    this.#server = new EdgeServer({
      ...options,
      routes,
      authenticate: authenticateBy(keys, this.#revocations, nowMs, tokens),
    });
  }

  /** Every route but those of the documents, which describe these. */
  #routesOf(options: EdgeOptions, { database, keys, tokens, loads, nowMs }: Parts): Route[] {
    const { company, logger, places } = options;
    const { send } = this.#sender;
    const webhooks = { ...options.webhooks, secret: company.secret };
    return [
      ...identityRoutes({
        pool: database,
        keys,
        sessions: new Sessions(database, company.secret),
        replica: places?.replica,
        tokens,
        settings: options.identity ?? {},
        send,
        secret: company.secret,
        logins: loads.logins,
        logger,
        nowMs,
      }),
      ...commandRoutes({ send, database, loads, webhooks }),
      importRoute({ send, database }),
      commandStatusRoute(database),
      ...payingRoutes({
        ...payingOptions(options),
        send,
        database,
        load: loads.directory,
        nowMs,
      }),
      ...opsRoutes({ installation: options.installation, database, logger, nowMs }),
      ...(places?.placed(viewRoutes(database), viewRoutes(places.replica)) ?? viewRoutes(database)),
      feedRoute({ feed: this.#feed, isStale: (claims) => this.#revocations.isStale(claims) }),
      ...healthRoutes(() => this.#server.state === "draining"),
      ...(options.routes ?? []),
    ];
  }

  get callback(): EdgeServer["callback"] {
    return this.#server.callback;
  }

  async listen(port: number, host: string): Promise<AddressInfo> {
    await Promise.all([this.#sender, ...this.#heartbeats].map((part) => part.start(START_MAX_MS)));
    this.#feed.start();
    this.#topics?.start();
    await this.#revocations.start();
    return this.#server.listen(port, host);
  }

  /** Takes nothing new, lets begun requests end, then lets go of Postgres and Redis. The pool stays the caller's. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const drained = this.#server.close();
    this.#feed.endStreams();
    await drained;
    this.#revocations.stop();
    this.#topics?.stop();
    this.#sender.close();
    for (const heartbeat of this.#heartbeats) heartbeat.stop();
    await this.#feed.close();
  }
}

function feedOf(options: EdgeOptions, limits: EdgeLimits, nowMs: () => number): Feed {
  const { redis, company, logger, places } = options;
  const { feedHeartbeatMs: heartbeatMs, feedLingerMs: lingerMs } = options;
  const { feedListenersMax: listenersMax } = limits;
  const { partitions } = company;
  return new Feed({
    redis,
    partitions,
    logger,
    nowMs,
    heartbeatMs,
    lingerMs,
    listenersMax,
    readable: places?.readable,
  });
}

export function createEdge(options: EdgeOptions): Edge {
  return new Edge(options);
}

function payingOptions({ payer, paymentCallbackSecret }: EdgeOptions) {
  return { payer, paymentCallbackSecret };
}
