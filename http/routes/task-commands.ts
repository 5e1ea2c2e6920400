/**
 * Commands of the board: POST /tasks, PATCH /tasks/{id}, start, complete, cancel, shuffle (TT-2, TT-4, TT-6 to TT-9).
 * Neither prices nor an assignee can be said here: what the schemas do not name is refused.
 */
import type { Uuid } from "../../schemas/ids.ts";
import { refusalOfRejection } from "../problem.ts";
import type { JsonSchema, Route, RouteReply, RouteRequest } from "../route.ts";
import { commandAnswers, JOB_STARTED } from "./command-answers.ts";
import { TASK } from "./resource-schemas.ts";
import { type CommandDeps, sendCommand } from "./send-command.ts";
import { UUID } from "./value-schemas.ts";

/**
 * What the shared schema says of titles, as a pattern that takes linear time: ajv looks at the pattern of texts that are
 * too long as well, and nobody shall stop the edge with one.
 */
export const TITLE: JsonSchema = {
  type: "string",
  minLength: 1,
  maxLength: 300,
  pattern: "^(?=\\s*\\S)[^\\[\\]]*$",
  description: "No square brackets anywhere, not only white space (EVT-2).",
};
export const DESCRIPTION: JsonSchema = { $ref: "common.json#/$defs/description" };
/** Written in any case and with white space around it; sent on bare and in upper case (EVT-2). */
export const JIRA_ID: JsonSchema = {
  type: "string",
  maxLength: 40,
  pattern: "^\\s*[A-Za-z]+-[0-9]+\\s*$",
  description: "LETTERS-DIGITS; stored in upper case.",
};

/** A task is shown with null for what it has not, so it is taken with null too. */
const OPTIONAL_WORDS: Readonly<Record<string, JsonSchema>> = {
  jiraId: { anyOf: [JIRA_ID, { type: "null" }] },
  description: { anyOf: [DESCRIPTION, { type: "null" }] },
};

type Words = {
  readonly title?: string;
  readonly jiraId?: string | null;
  readonly description?: string | null;
};

export function taskCommandRoutes(deps: CommandDeps): Route[] {
  return [
    createRoute(deps),
    editRoute(deps),
    stepRoute(deps, "start", "Start a task: by its assignee"),
    stepRoute(deps, "complete", "Complete a task: by its assignee; completing again is the same answer"),
    stepRoute(deps, "cancel", "Cancel an open task: by its creator, a manager or an admin"),
    shuffleRoute(deps),
  ];
}

function createRoute(deps: CommandDeps): Route {
  const route = { method: "POST", path: "/tasks" } as const;
  return {
    ...route,
    tag: "tasks",
    scope: "tasks",
    summary: "Create a task; the board draws its assignee and its prices",
    access: "signed-in",
    idempotencyKey: "optional",
    body: {
      type: "object",
      additionalProperties: false,
      required: ["title"],
      properties: { title: TITLE, ...OPTIONAL_WORDS },
    },
    responses: commandAnswers({
      201: { description: "The task, with its assignee and prices.", schema: TASK },
      409: { description: "Nobody can be assigned." },
    }),
    handle: (request) => {
      const data = withoutNulls(normalized(request.body as Words));
      const subject = (commandId: Uuid) => `task/${commandId}`; // the board derives the task's id from it
      return sendCommand(deps, route, request, { topic: "task-board", type: "task.create", subject, data });
    },
  };
}

function editRoute(deps: CommandDeps): Route {
  const route = { method: "PATCH", path: "/tasks/{id}" } as const;
  return {
    ...route,
    tag: "tasks",
    scope: "tasks",
    summary: "Edit a task's words; If-Match with its ETag refuses what is no longer so (412)",
    access: "signed-in",
    params: { id: UUID },
    idempotencyKey: "optional",
    body: {
      type: "object",
      additionalProperties: false,
      minProperties: 1,
      properties: {
        title: TITLE,
        ...OPTIONAL_WORDS,
      },
    },
    responses: commandAnswers({
      200: { description: "The task as it is now.", schema: TASK },
      403: { description: "Only its creator, a manager or an admin may." },
      409: { description: "The task is cancelled." },
      412: { description: "The task has another version by now." },
    }),
    handle: (request) => edit(deps, route, request),
  };
}

function edit(
  deps: CommandDeps,
  route: Pick<Route, "method" | "path">,
  request: RouteRequest,
): Promise<RouteReply> {
  const taskId = idOf(request);
  const ifVersion = ifMatch(request.headers["if-match"]);
  const data = {
    taskId,
    ...normalized(request.body as Words),
    ...(ifVersion === undefined ? {} : { ifVersion }),
  };
  const order = { topic: "task-board", type: "task.edit", subject: `task/${taskId}`, data } as const;
  return sendCommand(deps, route, request, order, [request.body, ifVersion ?? null]);
}

/** The version to match; anything else than one ETag of ours, or `*`, names a version that the task cannot have. */
function ifMatch(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === "*") return undefined;
  const version = Number(/^"([1-9]\d{0,8})"$/.exec(header.trim())?.[1]);
  if (Number.isNaN(version))
    throw refusalOfRejection("version_conflict", "If-Match holds no ETag of this task.");
  return version;
}

function stepRoute(deps: CommandDeps, step: "start" | "complete" | "cancel", summary: string): Route {
  const route = { method: "POST", path: `/tasks/{id}/${step}` } as const;
  return {
    ...route,
    tag: "tasks",
    scope: "tasks",
    summary,
    access: "signed-in",
    params: { id: UUID },
    idempotencyKey: "optional",
    responses: commandAnswers({
      200: { description: "The task as it is now.", schema: TASK },
      403: { description: "Another person's task." },
      409: { description: "The task is over, or was reassigned." },
    }),
    handle: (request) => {
      const taskId = idOf(request);
      const order = {
        topic: "task-board",
        type: `task.${step}`,
        subject: `task/${taskId}`,
        data: { taskId },
      } as const;
      return sendCommand(deps, route, request, order);
    },
  };
}

function shuffleRoute(deps: CommandDeps): Route {
  const route = { method: "POST", path: "/tasks/shuffle" } as const;
  return {
    ...route,
    tag: "tasks",
    scope: "tasks",
    summary: "Shuffle: every open task gets a new draw; every press counts and runs after the one before",
    access: ["manager", "admin"],
    unlimited: true,
    idempotencyKey: "required",
    responses: commandAnswers({
      202: { description: "The job that does it; Location names it.", schema: JOB_STARTED },
      409: { description: "Nobody can be assigned." },
    }),
    handle: (request) =>
      sendCommand(deps, route, request, {
        topic: "task-board",
        type: "tasks.shuffle",
        subject: "shuffle",
        data: {},
      }),
  };
}

export function normalized({ title, jiraId, ...rest }: Words): Words {
  return {
    ...rest,
    ...(title === undefined ? {} : { title: title.trim() }),
    ...(typeof jiraId === "string" ? { jiraId: jiraId.trim().toUpperCase() } : {}),
    ...(jiraId === null ? { jiraId } : {}),
  };
}

function withoutNulls(words: Words): Words {
  return Object.fromEntries(Object.entries(words).filter(([, said]) => said !== null));
}

function idOf(request: RouteRequest): Uuid {
  return request.params.id ?? "";
}
