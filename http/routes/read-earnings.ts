/** GET /earnings: what the company earned by business date (ACC-7). */
import { readBusinessDate } from "../queries/company.ts";
import { type AskedRange, dateRange } from "../queries/date-range.ts";
import { readEarnings } from "../queries/earnings.ts";
import type { Route } from "../route.ts";
import type { ReadDeps } from "./read-deps.ts";
import { answers, ok } from "./reply.ts";
import { EARNINGS } from "./resource-schemas.ts";
import { BUSINESS_DATE } from "./value-schemas.ts";

export const RANGE_QUERY = {
  from: {
    ...BUSINESS_DATE,
    description: "First business date, included; the first of the month of `to` unless told.",
  },
  to: { ...BUSINESS_DATE, description: "Last business date, included; the current one unless told." },
};

export function earningsReadRoutes({ database }: ReadDeps): Route[] {
  return [
    {
      method: "GET",
      path: "/earnings",
      tag: "accounts",
      summary: "Management income: fees minus rewards of each business date with either, and in total",
      access: ["accountant", "admin"],
      query: RANGE_QUERY,
      responses: answers("The earnings; payouts never count", EARNINGS),
      async handle(request) {
        const range = dateRange(request.query as AskedRange, await readBusinessDate(database));
        return ok(await readEarnings(database, range));
      },
    },
  ];
}
