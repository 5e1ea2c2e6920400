/** Commands of the scheduler: POST, PATCH, DELETE /schedules, POST /schedules/{id}/run, for admins (JOB-1). */
import { CRON_FIELDS, expectedFields } from "../../schemas/cron.ts";
import type { ScheduledWork } from "../../schemas/resources.ts";
import { badRequest } from "../refusal.ts";
import type { Route, RouteRequest } from "../route.ts";
import { commandAnswers } from "./command-answers.ts";
import { CATCH_UP, CRON, NAME, SCHEDULE, WORK } from "./schedule-schemas.ts";
import { type CommandDeps, sendCommand } from "./send-command.ts";
import { normalized } from "./task-commands.ts";
import { object, UUID } from "./value-schemas.ts";

const BASIS = {
  tag: "schedules",
  access: ["admin"],
  idempotencyKey: "optional",
} as const satisfies Partial<Route>;

interface Words {
  readonly name?: string;
  readonly cron?: string;
  readonly work?: ScheduledWork;
}

export function scheduleCommandRoutes(deps: CommandDeps): Route[] {
  return [createRoute(deps), changeRoute(deps), removeRoute(deps), runRoute(deps)];
}

function createRoute(deps: CommandDeps): Route {
  const route = { method: "POST", path: "/schedules" } as const;
  return {
    ...BASIS,
    ...route,
    summary: "Make a schedule; one of bonuses begins paused, for another admin to start",
    body: object({ name: NAME, cron: CRON, catchUp: CATCH_UP, work: WORK }),
    responses: commandAnswers({ 201: { description: "The schedule.", schema: SCHEDULE } }),
    handle: (request) =>
      sendCommand(deps, route, request, {
        topic: "scheduler",
        type: "schedule.create",
        subject: (commandId) => `schedule/${commandId}`,
        data: bare(request.body as Words),
      }),
  };
}

function changeRoute(deps: CommandDeps): Route {
  const route = { method: "PATCH", path: "/schedules/{id}" } as const;
  return {
    ...BASIS,
    ...route,
    summary:
      "Change a schedule, pause it or let it go on; 403 own_words: bonuses are let go by another admin",
    params: { id: UUID },
    body: {
      ...object({ name: NAME, cron: CRON, catchUp: CATCH_UP, work: WORK, paused: { type: "boolean" } }, [
        "name",
        "cron",
        "catchUp",
        "work",
        "paused",
      ]),
      minProperties: 1,
    },
    responses: commandAnswers({ 200: { description: "The schedule as it is now.", schema: SCHEDULE } }),
    handle: (request) => sendCommand(deps, route, request, orderOf("schedule.change", request)),
  };
}

function removeRoute(deps: CommandDeps): Route {
  const route = { method: "DELETE", path: "/schedules/{id}" } as const;
  return {
    ...BASIS,
    ...route,
    summary: "Remove a schedule: it is due no more",
    params: { id: UUID },
    responses: commandAnswers({ 200: { description: "It is gone.", schema: { type: "null" } } }),
    handle: (request) => sendCommand(deps, route, request, orderOf("schedule.remove", request)),
  };
}

function runRoute(deps: CommandDeps): Route {
  const route = { method: "POST", path: "/schedules/{id}/run" } as const;
  return {
    ...BASIS,
    ...route,
    summary: "Do now what the schedule does when it is due, paused or not; its due times stay",
    params: { id: UUID },
    idempotencyKey: "required",
    responses: commandAnswers({ 200: { description: "The schedule as it is now.", schema: SCHEDULE } }),
    handle: (request) => sendCommand(deps, route, request, orderOf("schedule.run", request)),
  };
}

function orderOf(type: string, request: RouteRequest) {
  const scheduleId = request.params.id ?? "";
  const data = { scheduleId, ...bare((request.body ?? {}) as Words) };
  return { topic: "scheduler", type, subject: `schedule/${scheduleId}`, data } as const;
}

/** Without white space around, and a Jira id in upper case. */
function bare({ name, cron, work, ...rest }: Words): Readonly<Record<string, unknown>> {
  return {
    ...rest,
    ...(name === undefined ? {} : { name: name.trim() }),
    ...(cron === undefined ? {} : { cron: bareCron(cron) }),
    ...(work === undefined ? {} : { work: work.kind === "task" ? { ...work, ...normalized(work) } : work }),
  };
}

/** With single spaces. Fewer than five fields may be shorter than the command's schema lets through, so they end here. */
function bareCron(cron: string): string {
  const fields = cron.trim().split(/\s+/);
  const bareOne = fields.join(" ");
  if (fields.length >= CRON_FIELDS) return bareOne;
  throw badRequest([{ pointer: "/cron", detail: expectedFields(fields.length) }], "invalid_cron");
}
