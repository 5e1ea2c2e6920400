/** GET /webhooks, and the log of what was delivered: for admins (NOT-1). */
import type { Uuid } from "../../schemas/ids.ts";
import {
  DELIVERY_STATES,
  type DeliveryListRequest,
  findWebhook,
  listDeliveries,
  listWebhooks,
} from "../queries/webhooks.ts";
import { notFound } from "../refusal.ts";
import type { Route } from "../route.ts";
import { PAGE_QUERY, pageOf, queryOf } from "./list-schemas.ts";
import type { ReadDeps } from "./read-deps.ts";
import { answers, found, ok } from "./reply.ts";
import { oneOf, UUID } from "./value-schemas.ts";
import { DELIVERY, WEBHOOK } from "./webhook-schemas.ts";

const BASIS = { method: "GET", tag: "webhooks", access: ["admin"] } as const satisfies Partial<Route>;

export function webhookReadRoutes({ database }: ReadDeps): Route[] {
  return [
    {
      ...BASIS,
      path: "/webhooks",
      summary: "Webhooks, the oldest first; there are at most a hundred",
      query: PAGE_QUERY,
      responses: answers("A page of webhooks", pageOf(WEBHOOK)),
      handle: async (request) => ok(await listWebhooks(database, queryOf(request))),
    },
    {
      ...BASIS,
      path: "/webhooks/{id}",
      summary: "One webhook",
      params: { id: UUID },
      responses: answers("The webhook", WEBHOOK),
      handle: async ({ params }) => found(await findWebhook(database, params.id as Uuid)),
    },
    {
      ...BASIS,
      path: "/webhooks/{id}/deliveries",
      summary: "The delivery log of a webhook, the newest fact first",
      params: { id: UUID },
      query: { state: oneOf(DELIVERY_STATES), ...PAGE_QUERY },
      responses: answers("A page of deliveries", pageOf(DELIVERY)),
      async handle(request) {
        const id = request.params.id as Uuid;
        if ((await findWebhook(database, id)) === undefined) throw notFound("There is no such webhook.");
        return ok(await listDeliveries(database, id, queryOf<DeliveryListRequest>(request)));
      },
    },
  ];
}
