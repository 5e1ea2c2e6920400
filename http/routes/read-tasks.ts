/** GET /tasks, /tasks.csv, /tasks/summary, /tasks/shuffle-preview, /tasks/{id}, /tasks/{id}/history (TT-1, TT-4, TT-10, TT-11). */
import type { TaskId } from "../../schemas/ids.ts";
import type { TaskResource } from "../../schemas/resources.ts";
import type { CsvLine } from "../queries/csv.ts";
import { allPages } from "../queries/page.ts";
import { readShufflePreview } from "../queries/shuffle-preview.ts";
import { HISTORY_ITEMS_MAX, readTaskHistory } from "../queries/task-history.ts";
import type { TaskSort } from "../queries/task-order.ts";
import { readTaskSummary } from "../queries/task-summary.ts";
import { findTask, listTasks, type TaskListRequest } from "../queries/tasks.ts";
import { notFound } from "../refusal.ts";
import type { Route } from "../route.ts";
import { PAGE_QUERY, pageOf, queryOf } from "./list-schemas.ts";
import type { ReadDeps } from "./read-deps.ts";
import { answers, csvAnswers, csvFile, found, ok } from "./reply.ts";
import { HISTORY_ITEM, SHUFFLE_PREVIEW, TASK, TASK_SUMMARY } from "./resource-schemas.ts";
import { TASK_FILTER_QUERY, TASK_SORT, taskFilterOf } from "./task-query.ts";
import { UUID } from "./value-schemas.ts";

/** What has a name of its own stands before `/tasks/{id}`: the first match serves. */
export function taskReadRoutes(deps: ReadDeps): Route[] {
  return [tasks(deps), tasksFile(deps), summary(deps), shufflePreview(deps), task(deps), history(deps)];
}

function tasks({ database }: ReadDeps): Route {
  return {
    method: "GET",
    path: "/tasks",
    tag: "tasks",
    summary: "The board's tasks",
    access: "signed-in",
    query: { ...TASK_FILTER_QUERY, sort: TASK_SORT, ...PAGE_QUERY },
    responses: answers("A page of tasks", pageOf(TASK)),
    async handle(request) {
      const { sort, limit, cursor } = queryOf<{ readonly sort?: TaskSort }>(request);
      const page = { ...(sort && { sort }), ...(limit && { limit }), ...(cursor && { cursor }) };
      return ok(await listTasks(database, { ...taskFilterOf(request), ...page }));
    },
  };
}

function tasksFile({ database }: ReadDeps): Route {
  return {
    method: "GET",
    path: "/tasks.csv",
    tag: "tasks",
    summary: "The board's tasks as CSV, all that the filters leave; it can be imported again (TT-12)",
    access: "signed-in",
    query: { ...TASK_FILTER_QUERY, sort: TASK_SORT },
    responses: csvAnswers("The tasks"),
    handle: (request) => {
      const { sort } = request.query as { readonly sort?: TaskSort };
      const asked = { ...taskFilterOf(request), ...(sort && { sort }) };
      return csvFile("tasks.csv", TASK_HEADER, taskLines(database, asked));
    },
  };
}

const TASK_HEADER = [
  "number",
  "jiraId",
  "title",
  "description",
  "status",
  "assignee",
  "createdBy",
  "feeMinor",
  "rewardMinor",
  "fee",
  "reward",
  "createdAt",
  "assignedAt",
  "completedAt",
  "id",
];

async function* taskLines(
  database: ReadDeps["database"],
  asked: TaskListRequest,
): AsyncGenerator<readonly CsvLine[]> {
  for await (const page of allPages((cut) => listTasks(database, { ...asked, ...cut }))) {
    yield page.map(taskLine);
  }
}

function taskLine(task: TaskResource): CsvLine {
  const { number, jiraId, title, description, status, assignee, createdBy, billing } = task;
  const { feeMinor, rewardMinor, createdAt, assignedAt, completedAt, id } = task;
  const words = [number, jiraId, title, description, status, assignee.name, createdBy.name];
  const money = [feeMinor, rewardMinor, billing.fee, billing.reward];
  return [...words, ...money, createdAt, assignedAt, completedAt, id];
}

function summary({ database }: ReadDeps): Route {
  return {
    method: "GET",
    path: "/tasks/summary",
    tag: "tasks",
    summary: "How many tasks of each status there are, with the sums of their fees and rewards",
    access: "signed-in",
    query: TASK_FILTER_QUERY,
    responses: answers("The sums", TASK_SUMMARY),
    handle: async (request) => ok(await readTaskSummary(database, taskFilterOf(request))),
  };
}

function shufflePreview({ database }: ReadDeps): Route {
  return {
    method: "GET",
    path: "/tasks/shuffle-preview",
    tag: "tasks",
    summary:
      "What a press of shuffle would touch now: tasks, people, and the fees it would charge at the most",
    access: ["manager", "admin"],
    responses: answers("What it would touch", SHUFFLE_PREVIEW),
    handle: async () => ok(await readShufflePreview(database)),
  };
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
