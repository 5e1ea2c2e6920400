/** GET /tasks, /tasks/{id}, /tasks/{id}/history (TT-1, TT-10, TT-11). */
import type { TaskId, UserId } from "../../schemas/ids.ts";
import type { TaskStatus } from "../../schemas/resources.ts";
import { HISTORY_ITEMS_MAX, readTaskHistory } from "../queries/task-history.ts";
import { findTask, listTasks, TASK_SORTS, type TaskListRequest, type TaskSort } from "../queries/tasks.ts";
import { notFound } from "../refusal.ts";
import type { Route, RouteRequest } from "../route.ts";
import { PAGE_QUERY, pageOf, queryOf } from "./list-schemas.ts";
import { callerOf, type ReadDeps } from "./read-deps.ts";
import { answers, found, ok } from "./reply.ts";
import { HISTORY_ITEM, TASK, TASK_STATUSES } from "./resource-schemas.ts";
import { oneOf, SEARCH, UUID } from "./value-schemas.ts";

interface TaskQuery {
  readonly status?: TaskStatus;
  readonly assignee?: "me" | UserId;
  readonly q?: string;
  readonly sort?: TaskSort;
}

const TASK_QUERY = {
  status: oneOf(TASK_STATUSES, "One status; all of them unless told."),
  assignee: {
    type: "string",
    pattern: "^(me|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$",
    description: "`me` or a person's id.",
  },
  q: {
    ...SEARCH,
    description: "Part of the title or of the Jira id, in any case; or the number, `42` or `#42`.",
  },
  sort: oneOf(TASK_SORTS, "`-` = descending; `-number`, the newest first, unless told. Ties go by number."),
  ...PAGE_QUERY,
};

export function taskReadRoutes(deps: ReadDeps): Route[] {
  return [tasks(deps), task(deps), history(deps)];
}

function tasks({ database }: ReadDeps): Route {
  return {
    method: "GET",
    path: "/tasks",
    tag: "tasks",
    summary: "The board's tasks",
    access: "signed-in",
    query: TASK_QUERY,
    responses: answers("A page of tasks", pageOf(TASK)),
    handle: async (request) => ok(await listTasks(database, taskListRequest(request))),
  };
}

function taskListRequest(request: RouteRequest): TaskListRequest {
  const { assignee, ...rest } = queryOf<TaskQuery>(request);
  if (assignee === undefined) return rest;
  return { ...rest, assigneeId: assignee === "me" ? callerOf(request).id : assignee };
}

function task({ database }: ReadDeps): Route {
  return {
    method: "GET",
    path: "/tasks/{id}",
    tag: "tasks",
    summary: "One task; the ETag is its version, to be sent back in If-Match",
    access: "signed-in",
    params: { id: UUID },
    responses: answers("The task", TASK),
    async handle(request) {
      const resource = await findTask(database, request.params.id as TaskId);
      if (resource === undefined) throw notFound("There is no such task.");
      // Not stored by the browser: its copy, revalidated by version, would hide that the money has arrived since (TT-11).
      return ok(resource, { ETag: `"${resource.version}"`, "Cache-Control": "no-store" });
    },
  };
}

function history({ database }: ReadDeps): Route {
  return {
    method: "GET",
    path: "/tasks/{id}/history",
    tag: "tasks",
    summary: `Everything that happened to a task and its money, oldest first; whole, up to ${HISTORY_ITEMS_MAX}, unless a limit is given`,
    access: "signed-in",
    params: { id: UUID },
    query: { ...PAGE_QUERY, limit: { ...PAGE_QUERY.limit, description: "Items per page; all unless told." } },
    responses: answers("The history", pageOf(HISTORY_ITEM)),
    handle: async (request) =>
      found(await readTaskHistory(database, request.params.id as TaskId, queryOf(request))),
  };
}
