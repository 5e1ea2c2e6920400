/** Every route that only reads. */
import type { Route } from "../route.ts";
import { correctionReadRoutes } from "./corrections.ts";
import { accountReadRoutes } from "./read-accounts.ts";
import { analyticsReadRoutes } from "./read-analytics.ts";
import { companyReadRoutes } from "./read-company.ts";
import { dayReadRoutes } from "./read-days.ts";
import type { ReadDeps } from "./read-deps.ts";
import { earningsReadRoutes } from "./read-earnings.ts";
import { jobReadRoutes } from "./read-jobs.ts";
import { mailReadRoutes } from "./read-mails.ts";
import { payoutReadRoutes } from "./read-payouts.ts";
import { scheduleReadRoutes } from "./read-schedules.ts";
import { taskReadRoutes } from "./read-tasks.ts";
import { userReadRoutes } from "./read-users.ts";
import { webhookReadRoutes } from "./read-webhooks.ts";

const FACTORIES: readonly ((deps: ReadDeps) => Route[])[] = [
  companyReadRoutes,
  userReadRoutes,
  taskReadRoutes,
  jobReadRoutes,
  accountReadRoutes,
  correctionReadRoutes,
  earningsReadRoutes,
  dayReadRoutes,
  payoutReadRoutes,
  scheduleReadRoutes,
  analyticsReadRoutes,
  webhookReadRoutes,
  mailReadRoutes,
];

export function readRoutes(deps: ReadDeps): Route[] {
  const routes = FACTORIES.flatMap((routesOf) => routesOf(deps));
  const { guard = (read) => read(), load } = deps;
  return routes.map((route) => ({
    ...route,
    ...(load === undefined ? {} : { load }),
    handle: (request) => guard(() => route.handle(request)),
  }));
}
