/** /ops/dead-letters: what could not be handled, and what an operator wants done with it (EVT-4, OPS-3). */
import type { Uuid } from "../../schemas/ids.ts";
import type { Database } from "../database.ts";
import { askOnce } from "../dead-letters/keyed-asking.ts";
import {
  findLetter,
  LETTER_STATES,
  type LetterFilter,
  listLetters,
  type Wish,
} from "../dead-letters/letter-store.ts";
import { fingerprintOf } from "../fingerprint.ts";
import { refusalOfRejection } from "../problem.ts";
import { notFound, Refusal } from "../refusal.ts";
import type { Route, RouteReply, RouteRequest } from "../route.ts";
import { PAGE_QUERY, pageOf, queryOf } from "./list-schemas.ts";
import { LETTER } from "./ops-schemas.ts";
import { callerOf } from "./read-deps.ts";
import { answers, found, ok } from "./reply.ts";
import { object, oneOf, SEARCH, UUID } from "./value-schemas.ts";

const REASON = { type: "string", minLength: 1, maxLength: 500, pattern: "\\S" } as const;

const ASKED = {
  202: { description: "Asked: the partition's owner carries it out.", schema: LETTER },
  409: { description: "Something is asked already." },
};

const BASIS = { tag: "operations", access: ["admin"], scope: "operations" } as const satisfies Partial<Route>;

export function letterRoutes(database: Database): Route[] {
  return [...readingRoutes(database), replayRoute(database), dropRoute(database)];
}

function readingRoutes(database: Database): Route[] {
  return [
    {
      ...BASIS,
      method: "GET",
      path: "/ops/dead-letters",
      summary: "Messages that could not be handled, what changed last first",
      query: { state: oneOf(LETTER_STATES), kind: SEARCH, actor: SEARCH, code: SEARCH, ...PAGE_QUERY },
      responses: answers("A page of dead letters; a page of large ones ends early", pageOf(LETTER)),
      handle: async (request) => ok(await listLetters(database, queryOf<LetterFilter>(request))),
    },
    {
      ...BASIS,
      method: "GET",
      path: "/ops/dead-letters/{id}",
      summary: "One message that could not be handled",
      params: { id: UUID },
      responses: answers("The dead letter", LETTER),
      handle: async ({ params }) => found(await findLetter(database, params.id as Uuid)),
    },
  ];
}

function replayRoute(database: Database): Route {
  const route = { method: "POST", path: "/ops/dead-letters/{id}/replay" } as const;
  return {
    ...BASIS,
    ...route,
    summary:
      "Have a message tried again, with all that waits in its mailbox; 409 when something is asked already",
    params: { id: UUID },
    idempotencyKey: "required",
    responses: ASKED,
    handle: (request) => ask(database, route, "replay", request),
  };
}

function dropRoute(database: Database): Route {
  const route = { method: "POST", path: "/ops/dead-letters/{id}/drop" } as const;
  return {
    ...BASIS,
    ...route,
    summary:
      "Give a message up, with a reason; the audit log keeps it whole; 409 when something is asked already",
    params: { id: UUID },
    body: object({ reason: REASON }),
    idempotencyKey: "optional",
    responses: ASKED,
    handle: (request) => ask(database, route, "drop", request),
  };
}

async function ask(
  database: Database,
  route: Pick<Route, "method" | "path">,
  wish: Wish,
  request: RouteRequest,
): Promise<RouteReply> {
  const id = request.params.id as Uuid;
  const { reason } = (request.body ?? {}) as { reason?: string };
  const { idempotencyKey, traceId } = request;
  const fingerprint = fingerprintOf(route.method, route.path.replace("{id}", id), request.body);
  const person = { id: callerOf(request).id, idempotencyKey, fingerprint, traceId };
  const asked = await askOnce(database, { id, wish, reason }, person);
  switch (asked.state) {
    case "asked":
      return { status: 202, body: asked.letter };
    case "answered":
      return { status: 202, body: asked.letter, headers: { "Idempotency-Replayed": "true" } };
    case "busy":
      throw new Refusal(
        409,
        "already_asked",
        `A ${asked.letter.asked} is asked already; the owner of ${asked.letter.kind}/${asked.letter.partition} has not done it yet.`,
      );
    case "unknown":
      throw notFound("There is no such dead letter: it may have been handled or dropped.");
    case "key-reused":
      throw refusalOfRejection("key_reused");
    default:
      throw new Error(`no answer for ${JSON.stringify(asked satisfies never)}`);
  }
}
