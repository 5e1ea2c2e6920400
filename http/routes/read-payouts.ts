/** GET /payouts and /payouts/{id}: everybody's for accountants and admins, one's own for the rest (PAY-1). */
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { PayoutId } from "../../schemas/ids.ts";
import type { PayoutState } from "../queries/models.ts";
import { findPayout, listPayouts, PAYOUT_STATES } from "../queries/payouts.ts";
import type { Route } from "../route.ts";
import { PAGE_QUERY, pageOf, queryOf } from "./list-schemas.ts";
import { callerOf, type ReadDeps } from "./read-deps.ts";
import { answers, found, ok } from "./reply.ts";
import { PAYOUT, PAYOUT_STORY } from "./resource-schemas.ts";
import { BUSINESS_DATE, oneOf, UUID } from "./value-schemas.ts";

const SEES_ALL: readonly string[] = ["accountant", "admin"];

export function payoutReadRoutes({ database }: ReadDeps): Route[] {
  return [
    {
      method: "GET",
      path: "/payouts",
      tag: "payouts",
      summary:
        "Payouts, newest business date first: everybody's for accountants and admins, one's own for others",
      access: "signed-in",
      query: { date: BUSINESS_DATE, state: oneOf(PAYOUT_STATES), ...PAGE_QUERY },
      responses: answers("A page of payouts", pageOf(PAYOUT)),
      async handle(request) {
        const caller = callerOf(request);
        const query = queryOf<{ date?: BusinessDate; state?: PayoutState }>(request);
        const own = SEES_ALL.includes(caller.role) ? {} : { userId: caller.id };
        return ok(await listPayouts(database, { ...query, ...own }));
      },
    },
    {
      method: "GET",
      path: "/payouts/{id}",
      tag: "payouts",
      summary: "A payout with every step of its life: any for accountants and admins, one's own for others",
      access: "signed-in",
      params: { id: UUID },
      responses: answers("The payout", PAYOUT_STORY),
      async handle(request) {
        const caller = callerOf(request);
        const owner = SEES_ALL.includes(caller.role) ? undefined : caller.id;
        return found(await findPayout(database, request.params.id as PayoutId, owner));
      },
    },
  ];
}
