/** GET /company. */
import { readCompany } from "../queries/company.ts";
import type { Route } from "../route.ts";
import type { ReadDeps } from "./read-deps.ts";
import { answers, ok } from "./reply.ts";
import { COMPANY } from "./resource-schemas.ts";

export function companyReadRoutes({ database }: ReadDeps): Route[] {
  return [
    {
      method: "GET",
      path: "/company",
      tag: "company",
      summary: "The company: its currency, its zone, the business date it is on",
      access: "signed-in",
      responses: answers("The company", COMPANY),
      async handle() {
        const { name, currency, timeZone, cutOff, businessDate } = await readCompany(database);
        return ok({ name, currency, timeZone, cutOff, businessDate });
      },
    },
  ];
}
