/** GET /days and /days/{date} (DAY-6). */
import type { BusinessDate } from "../../schemas/business-date.ts";
import { findDay, listDays } from "../queries/days.ts";
import { notFound } from "../refusal.ts";
import type { Route } from "../route.ts";
import { PAGE_QUERY, pageOf, queryOf } from "./list-schemas.ts";
import type { ReadDeps } from "./read-deps.ts";
import { answers, ok } from "./reply.ts";
import { DAY } from "./resource-schemas.ts";
import { BUSINESS_DATE } from "./value-schemas.ts";

export function dayReadRoutes({ database }: ReadDeps): Route[] {
  return [
    {
      method: "GET",
      path: "/days",
      tag: "days",
      summary: "Business days: the open one first, then the others, newest first",
      access: ["accountant", "admin"],
      query: PAGE_QUERY,
      responses: answers("A page of days", pageOf(DAY)),
      handle: async (request) => ok(await listDays(database, queryOf(request))),
    },
    {
      method: "GET",
      path: "/days/{date}",
      tag: "days",
      summary: "One business day",
      access: ["accountant", "admin"],
      params: { date: BUSINESS_DATE },
      responses: answers("The day", DAY),
      async handle(request) {
        const day = await findDay(database, request.params.date as BusinessDate);
        if (day === undefined)
          throw notFound("The date has not begun, or lies before the first business date.");
        return ok(day);
      },
    },
  ];
}
