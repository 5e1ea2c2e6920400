/** /views: a person's own saved views of the tasks. Those of others do not exist. */
import { newUuid, type Uuid } from "../../schemas/ids.ts";
import { keyedCommandId } from "../command-id.ts";
import type { Database } from "../database.ts";
import { fingerprintOf } from "../fingerprint.ts";
import { refusalOfRejection } from "../problem.ts";
import { notFound, Refusal } from "../refusal.ts";
import type { JsonSchema, Route, RouteReply, RouteRequest } from "../route.ts";
import {
  changeView,
  createView,
  deleteView,
  listViews,
  type Saved,
  VIEW_LAYOUTS,
  VIEWS_MAX,
  type ViewWords,
} from "../saved-views.ts";
import { callerOf } from "./read-deps.ts";
import { answers, ok } from "./reply.ts";
import { refuseEmptyRanges, TASK_FILTER_QUERY, TASK_SORT } from "./task-query.ts";
import { arrayOf, INSTANT, object, oneOf, TEXT, UUID } from "./value-schemas.ts";

const CHOICE = { ...TASK_FILTER_QUERY, sort: TASK_SORT };
const QUERY: JsonSchema = {
  ...object(CHOICE, Object.keys(CHOICE)),
  description: "Filters and sort, each as the query of GET /tasks has it; `me` stays whoever looks.",
};
const NAME: JsonSchema = { type: "string", minLength: 1, maxLength: 100, pattern: "\\S" };
const LAYOUT: JsonSchema = oneOf(VIEW_LAYOUTS, "`board` unless told.");

const VIEW = object({
  id: UUID,
  name: TEXT,
  query: QUERY,
  layout: LAYOUT,
  createdAt: INSTANT,
  changedAt: INSTANT,
});

type NewWords = Omit<ViewWords, "layout"> & Partial<ViewWords>;

const BASIS = { tag: "views", access: "signed-in" } as const satisfies Partial<Route>;

export function viewRoutes(database: Database): Route[] {
  return [listRoute(database), createRoute(database), changeRoute(database), deleteRoute(database)];
}

function listRoute(database: Database): Route {
  return {
    ...BASIS,
    method: "GET",
    path: "/views",
    summary: `One's own saved views by name, all of them: there are at most ${VIEWS_MAX}`,
    responses: answers("The views", object({ items: arrayOf(VIEW), next: { type: "null" } })),
    handle: async (request) => ok({ items: await listViews(database, callerOf(request).id), next: null }),
  };
}

function createRoute(database: Database): Route {
  const route = { method: "POST", path: "/views" } as const;
  return {
    ...BASIS,
    ...route,
    summary: `Save a view; 409 name_taken, 409 too_many_views beyond ${VIEWS_MAX}`,
    idempotencyKey: "optional",
    body: object({ name: NAME, query: QUERY, layout: LAYOUT }, ["layout"]),
    responses: {
      201: { description: "The view.", schema: VIEW },
      409: { description: "Another view has the name, or there are too many." },
    },
    async handle(request) {
      const { body, idempotencyKey } = request;
      const ownerId = callerOf(request).id;
      const words: ViewWords = { layout: "board", ...checked(body as NewWords) };
      const id = idempotencyKey === undefined ? newUuid() : keyedCommandId(ownerId, idempotencyKey);
      const fingerprint = fingerprintOf(route.method, route.path, body);
      return replyOf(201, await createView(database, { id, ownerId, words, fingerprint }));
    },
  };
}

function changeRoute(database: Database): Route {
  return {
    ...BASIS,
    method: "PATCH",
    path: "/views/{id}",
    summary: "Change a view of one's own: its name, its whole query, its layout",
    params: { id: UUID },
    body: {
      type: "object",
      additionalProperties: false,
      minProperties: 1,
      properties: { name: NAME, query: QUERY, layout: LAYOUT },
    },
    responses: {
      ...answers("The view as it is now", VIEW),
      409: { description: "Another view has the name." },
    },
    async handle(request) {
      const words = checked(request.body as Partial<ViewWords>);
      return replyOf(200, await changeView(database, idOf(request), callerOf(request).id, words));
    },
  };
}

function deleteRoute(database: Database): Route {
  return {
    ...BASIS,
    method: "DELETE",
    path: "/views/{id}",
    summary: "Delete a view of one's own",
    params: { id: UUID },
    responses: { 204: { description: "It is gone." } },
    async handle(request) {
      if (await deleteView(database, idOf(request), callerOf(request).id)) return { status: 204 };
      throw noSuchView();
    },
  };
}

function checked<T extends Partial<ViewWords>>(words: T): T {
  refuseEmptyRanges(words.query ?? {});
  return words.name === undefined ? words : { ...words, name: words.name.trim() };
}

function replyOf(status: number, saved: Saved): RouteReply {
  switch (saved.state) {
    case "saved":
      return { status, body: saved.view };
    case "exists":
      return { status, body: saved.view, headers: { "Idempotency-Replayed": "true" } };
    case "exists-with-different-fingerprint":
      throw refusalOfRejection("key_reused");
    case "name-taken":
      throw new Refusal(409, "name_taken", "Another view of yours has this name.");
    case "too-many":
      throw new Refusal(
        409,
        "too_many_views",
        `Expected at most ${VIEWS_MAX} views of one person; delete one first.`,
      );
    case "unknown":
      throw noSuchView();
    default:
      throw new Error(`no answer for ${JSON.stringify(saved satisfies never)}`);
  }
}

function noSuchView(): Refusal {
  return notFound("There is no such view of yours.");
}

function idOf(request: RouteRequest): Uuid {
  return request.params.id as Uuid;
}
