/** GET /schedules and GET /schedules/due-times, for admins (JOB-1). */
import { cronProblem, dueTimes } from "../../schemas/cron.ts";
import { readCompany } from "../queries/company.ts";
import { DUE_TIMES_SHOWN, listSchedules } from "../queries/schedules.ts";
import { badRequest } from "../refusal.ts";
import type { Route } from "../route.ts";
import { PAGE_QUERY, pageOf, queryOf } from "./list-schemas.ts";
import { nowMsOf, type ReadDeps } from "./read-deps.ts";
import { answers, ok } from "./reply.ts";
import { CRON, SCHEDULE } from "./schedule-schemas.ts";
import { arrayOf, INSTANT, object } from "./value-schemas.ts";

export function scheduleReadRoutes(deps: ReadDeps): Route[] {
  return [listRoute(deps), dueTimesRoute(deps)];
}

function listRoute(deps: ReadDeps): Route {
  return {
    method: "GET",
    path: "/schedules",
    tag: "schedules",
    summary: "Schedules, the oldest first. The day closes at its cut-off, which is no schedule",
    access: ["admin"],
    query: PAGE_QUERY,
    responses: answers("A page of schedules", pageOf(SCHEDULE)),
    async handle(request) {
      const { timeZone } = await readCompany(deps.database);
      return ok(await listSchedules(deps.database, timeZone, nowMsOf(deps), queryOf(request)));
    },
  };
}

/** For whoever is writing one. */
function dueTimesRoute(deps: ReadDeps): Route {
  return {
    method: "GET",
    path: "/schedules/due-times",
    tag: "schedules",
    summary:
      "When a pattern would be due next: five times, in the company's zone; 400 says what is wrong with it",
    access: ["admin"],
    query: { cron: CRON },
    queryRequired: ["cron"],
    responses: answers("The times", object({ items: arrayOf(INSTANT) })),
    async handle(request) {
      const cron = String(request.query.cron).trim();
      const problem = cronProblem(cron);
      if (problem !== undefined)
        throw badRequest([{ pointer: "/query/cron", detail: problem }], "invalid_cron");
      const { timeZone } = await readCompany(deps.database);
      return ok({ items: dueTimes(cron, timeZone, nowMsOf(deps), DUE_TIMES_SHOWN) });
    },
  };
}
