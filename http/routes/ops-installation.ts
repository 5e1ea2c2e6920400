/** /ops/streams and /ops/verify: the whole installation, as the command line shows it (OPS-3). */
import type { Logger } from "pino";
import type { Database } from "../database.ts";
import { BASE } from "../dispatch.ts";
import { HeadedRefusal } from "../problem.ts";
import type { Route, RouteReply } from "../route.ts";
import { type Finding, type Verification, Verifier } from "../verification.ts";
import { RECONCILIATION, STREAMS, VERIFICATION } from "./ops-schemas.ts";
import { callerOf } from "./read-deps.ts";
import { answers, found, ok } from "./reply.ts";

/** What the edge asks of the installation as a whole; who puts the edge together knows how to answer. */
export interface Installation {
  /** Streams with their groups' lag, partitions with their owners: what `ates streams --json` prints. */
  streams(database: Database): Promise<object>;
  /** Checks every invariant of the ledger; reads only. */
  verify(): Promise<readonly Finding[]>;
  /** The board's facts against the books, who is held, the trial balance: what `ates reconcile --json` prints. */
  reconcile(): Promise<object>;
}

export interface InstallationDeps {
  readonly installation: Installation;
  readonly database: Database;
  readonly logger: Logger;
  readonly nowMs: () => number;
}

const RETRY_AFTER_S = 5;

export function installationRoutes({ installation, ...rest }: InstallationDeps): Route[] {
  const verifier = new Verifier({ ...rest, verify: () => installation.verify() });
  return [
    streamsRoute(shared(() => installation.streams(rest.database))),
    startRoute(verifier),
    lastRoute(verifier),
    reconciliationRoute(shared(() => installation.reconcile())),
  ];
}

/** Everybody who asks while one look is under way gets its answer. */
function shared<T>(look: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | undefined;
  return () => {
    underWay ??= look().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}

const BASIS = { tag: "operations", access: ["admin"], scope: "operations" } as const satisfies Partial<Route>;

function streamsRoute(look: () => Promise<object>): Route {
  return {
    ...BASIS,
    method: "GET",
    path: "/ops/streams",
    summary: "Every stream with its length and lag, every partition with its owner",
    responses: answers("Streams and partitions", STREAMS),
    handle: async () => ok(await look()),
  };
}

function startRoute(verifier: Verifier): Route {
  return {
    ...BASIS,
    method: "POST",
    path: "/ops/verify",
    summary: "Check the ledger's invariants; `Prefer: wait=N` says how long to wait for the outcome",
    responses: {
      200: { description: "What every check found.", schema: VERIFICATION },
      202: { description: "It takes longer; Location shows the outcome.", schema: VERIFICATION },
      409: { description: "One is under way." },
    },
    async handle(request) {
      const actor = { who: callerOf(request).id, traceId: request.traceId };
      return replyOf(await verifier.run(actor, request.waitMs));
    },
  };
}

function replyOf(outcome: Verification | undefined): RouteReply {
  if (outcome === undefined) {
    throw new HeadedRefusal(409, "verification_running", "A verification is under way; wait for it to end.", {
      "Retry-After": String(RETRY_AFTER_S),
    });
  }
  if (outcome.state === "done") return ok(outcome);
  const headers = { Location: `${BASE}/ops/verify`, "Retry-After": String(RETRY_AFTER_S) };
  return { status: 202, body: outcome, headers };
}

function lastRoute(verifier: Verifier): Route {
  return {
    ...BASIS,
    method: "GET",
    path: "/ops/verify",
    summary: "The verification under way, or the last one's outcome",
    responses: {
      ...answers("The verification", VERIFICATION),
      404: { description: "There was none yet." },
    },
    handle: async () => found(await verifier.last()),
  };
}

function reconciliationRoute(look: () => Promise<object>): Route {
  return {
    tag: "days",
    access: ["accountant", "admin"],
    method: "GET",
    path: "/reconciliation",
    summary:
      "What the board sent against what accounts posted, who is held, and the trial balance (DAY-4, ACC-5)",
    responses: answers("What differs, per task, person and day; nothing, if all is well", RECONCILIATION),
    handle: async () => ok(await look()),
  };
}
