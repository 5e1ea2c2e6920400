/**
 * The HTTP server: koa, the routes, and a life of its own: created → listening → draining → stopped.
 *
 * 1. `close` takes no new connection, lets begun requests end, and cuts what is left at the deadline; a second call
 *    returns the first one's promise.
 * 2. Every answer, also to what is no HTTP at all, says what was wrong (http/problem.ts).
 */
import { channel } from "node:diagnostics_channel";
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { Dispatcher } from "./dispatch.ts";
import { EdgeKoa } from "./edge-koa.ts";
import { EDGE_LIMITS, type EdgeLimits } from "./limits.ts";
import { Load } from "./load.ts";
import type { Authenticate } from "./middleware/authenticate.ts";
import { RateLimiter } from "./middleware/limit-rate.ts";
import { BodyMemory } from "./middleware/read-body.ts";
import { staticFiles } from "./middleware/static-files.ts";
import { type ObserveRequest, surround } from "./middleware/surround.ts";
import { newTraceId } from "./middleware/trace-context.ts";
import { documentOf } from "./problem.ts";
import type { RateLimit } from "./rate-limit.ts";
import { Refusal } from "./refusal.ts";
import { refuserOf } from "./refuse-full.ts";
import type { Route } from "./route.ts";

export interface ServerOptions {
  readonly routes: readonly Route[];
  readonly authenticate: Authenticate;
  readonly logger: Logger;
  readonly observeRequest?: ObserveRequest;
  readonly rateLimit?: RateLimit;
  readonly limits?: Pick<EdgeLimits, "requestsInProgressMax" | "bodiesBytesMax" | "connectionsMax">;
  /** The built board; absent = API only. */
  readonly webRoot?: string;
  /** Whether `X-Forwarded-For` and `-Proto` are a proxy's of ours: the last address is the one it saw. */
  readonly trustProxy?: boolean;
  /** How long a stopping edge still takes requests, so that balancers hear of it by /readyz first. */
  readonly drainDelayMs?: number;
  readonly drainDeadlineMs?: number;
}

/** Longer than clients keep idle connections, so that it is they who close and no request meets a closing one. */
const KEEP_ALIVE_MS = 65_000;
/** A whole request must have come by then: a slow sender does not hold a connection for ever. */
const REQUEST_TIMEOUT_MS = 60_000;
const DRAIN_DEADLINE_MS = 10_000;
/** Bytes of files in memory, beside the other bodies: two of the longest. */
const UPLOADS_BYTES_MAX = 64 * 1024 * 1024;
const DRAIN_LOOK_MS = 20;

/** Tells who listens in this process of each request before it is answered: tests hold the answers against the document. */
const EXCHANGES = channel("ates.edge.exchange");

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly routes: readonly Route[];
}

export type ServerState = "created" | "listening" | "draining" | "stopped";

export class EdgeServer {
  readonly #server: Server;
  readonly #options: ServerOptions;
  readonly callback: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  #state: ServerState = "created";
  /** Requests whose answer has not gone out yet. */
  #answering = 0;
  #closing: Promise<void> | undefined;

  constructor(options: ServerOptions) {
    const koa = koaOf(options, () => this.#state === "draining").callback();
    const refuseFull = refuserOf(options.routes, options.observeRequest ?? (() => undefined));
    this.callback = async (request, response) => {
      if (EXCHANGES.hasSubscribers) tellOf({ request, response, routes: options.routes });
      if (this.#state === "draining" || !refuseFull(request, response)) await koa(request, response);
    };
    this.#options = options;
    this.#server = createHttpServer(
      { requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS },
      this.callback,
    );
    this.#server.maxConnections = (options.limits ?? EDGE_LIMITS).connectionsMax;
    this.#server.prependListener("request", (_request, response) => this.#count(response));
    this.#server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) =>
      refuseMalformed(error, socket),
    );
  }

  get state(): ServerState {
    return this.#state;
  }

  /** Port 0 = any free one; resolves with where it listens. */
  async listen(port: number, host: string): Promise<AddressInfo> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, host, () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
    this.#state = "listening";
    return this.#server.address() as AddressInfo;
  }

  close(): Promise<void> {
    this.#closing ??= this.#drain();
    return this.#closing;
  }

  async #drain(): Promise<void> {
    const listening = this.#state === "listening";
    this.#state = "draining";
    if (listening) {
      await sleep(this.#options.drainDelayMs ?? 0);
      const ended = new Promise<void>((resolve) => this.#server.close(() => resolve()));
      const deadlineMs = performance.now() + (this.#options.drainDeadlineMs ?? DRAIN_DEADLINE_MS);
      while (this.#answering > 0 && performance.now() < deadlineMs) await sleep(DRAIN_LOOK_MS);
      // Node holds connections open whose request was answered before its last byte came: they are waited for no more.
      this.#server.closeAllConnections();
      await ended;
    }
    this.#state = "stopped";
  }

  #count(response: ServerResponse): void {
    this.#answering++;
    response.on("close", this.#answered);
  }

  readonly #answered = (): void => {
    this.#answering--;
  };
}

function tellOf(exchange: Exchange): void {
  EXCHANGES.publish(exchange);
}

function koaOf(options: ServerOptions, isDraining: () => boolean): EdgeKoa {
  const { logger, limits = EDGE_LIMITS, observeRequest: observe = () => undefined } = options;
  const app = new EdgeKoa({ proxy: options.trustProxy ?? false, maxIpsCount: 1 });
  app.silent = true; // what reaches koa itself is a broken connection; the rest is caught and logged below
  const requestsMax = limits.requestsInProgressMax;
  const gate = {
    authenticate: options.authenticate,
    rates: new RateLimiter(options.rateLimit),
    requests: new Load({ min: requestsMax, max: requestsMax, waitMsMax: 0 }),
    bodies: new BodyMemory(limits.bodiesBytesMax),
    uploads: new BodyMemory(UPLOADS_BYTES_MAX),
  };
  const dispatcher = new Dispatcher(options.routes, gate);
  app.use(surround({ logger, observe, isDraining }));
  app.use(dispatcher.dispatch);
  if (options.webRoot !== undefined) app.use(staticFiles(options.webRoot));
  app.use(dispatcher.refuse);
  return app;
}

/** Bytes that are no request: answered without koa, which never sees them. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const refusal =
    error.code === "HPE_HEADER_OVERFLOW"
      ? new Refusal(431, "headers_too_large", "The headers are too large.")
      : new Refusal(400, "malformed_request", "This is not an HTTP request.");
  const body = JSON.stringify(documentOf(refusal, newTraceId()));
  const head = [
    `HTTP/1.1 ${refusal.status} ${refusal.status === 431 ? "Request Header Fields Too Large" : "Bad Request"}`,
    "Content-Type: application/problem+json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
