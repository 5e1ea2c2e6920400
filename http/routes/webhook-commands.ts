/**
 * Commands of webhooks, for admins (NOT-1). The secret is in the answer that makes it and in no other: the edge derives it
 * beside the actor's answer, so that it is in no message and no row.
 */
import type { Uuid } from "../../schemas/ids.ts";
import type { WebhookResource } from "../../schemas/resources.ts";
import { webhookSecret } from "../../schemas/webhook-secret.ts";
import { badRequest } from "../refusal.ts";
import type { Route, RouteReply, RouteRequest } from "../route.ts";
import { requireCallable, type WebhookAddressOptions } from "../webhook-address.ts";
import { commandAnswers } from "./command-answers.ts";
import { type CommandDeps, type Order, sendCommand } from "./send-command.ts";
import { ASKED_INSTANT, object, oneOf, UUID } from "./value-schemas.ts";
import {
  DELIVERY,
  DESCRIPTION,
  TYPES,
  WEBHOOK,
  WEBHOOK_URL,
  WEBHOOK_WITH_SECRET,
} from "./webhook-schemas.ts";

export interface WebhookCommandDeps extends CommandDeps {
  /** The installation's secret, and which private ranges may be called. */
  readonly webhooks: WebhookAddressOptions & { readonly secret: string };
}

type Path = Pick<Route, "method" | "path">;

const BASIS = {
  tag: "webhooks",
  access: ["admin"],
  scope: "operations",
  idempotencyKey: "optional",
} as const satisfies Partial<Route>;

export function webhookCommandRoutes(deps: WebhookCommandDeps): Route[] {
  return [
    createRoute(deps),
    changeRoute(deps),
    deleteRoute(deps),
    rotateRoute(deps),
    resendRoute(deps),
    resendRangeRoute(deps),
  ];
}

function createRoute(deps: WebhookCommandDeps): Route {
  const route = { method: "POST", path: "/webhooks" } as const;
  return {
    ...BASIS,
    ...route,
    summary: "Subscribe to facts; 400 webhook_address_refused for a private address",
    description:
      "Deliveries are signed as Standard Webhooks has it. They begin in the order of the facts, but may arrive in another, and more than once under the same `webhook-id`: `source` and `sequence` of the event say what came first.",
    body: object({ url: WEBHOOK_URL, types: TYPES, description: DESCRIPTION }, ["description"]),
    responses: commandAnswers({
      201: { description: "The webhook with its secret.", schema: WEBHOOK_WITH_SECRET },
      409: { description: "There are too many." },
    }),
    async handle(request) {
      await requireCallable((request.body as { url: string }).url, deps.webhooks);
      const data = request.body as Order["data"];
      const subject = (id: Uuid) => `webhook/${id}`;
      return withSecret(deps, await send(deps, route, request, { type: "webhook.create", subject, data }));
    },
  };
}

function changeRoute(deps: WebhookCommandDeps): Route {
  const route = { method: "PATCH", path: "/webhooks/{id}" } as const;
  return {
    ...BASIS,
    ...route,
    summary: "Change a webhook, pause it (`active: false`) or go on; facts of the meantime are not kept",
    params: { id: UUID },
    body: {
      type: "object",
      additionalProperties: false,
      minProperties: 1,
      properties: {
        url: WEBHOOK_URL,
        types: TYPES,
        description: DESCRIPTION,
        active: { type: "boolean" },
      },
    },
    responses: commandAnswers({ 200: { description: "The webhook as it is now.", schema: WEBHOOK } }),
    async handle(request) {
      const body = request.body as { url?: string };
      if (body.url !== undefined) await requireCallable(body.url, deps.webhooks);
      return send(deps, route, request, orderTo(request, "webhook.change", body));
    },
  };
}

function deleteRoute(deps: WebhookCommandDeps): Route {
  const route = { method: "DELETE", path: "/webhooks/{id}" } as const;
  return {
    ...BASIS,
    ...route,
    summary: "End a webhook for good",
    params: { id: UUID },
    responses: commandAnswers({ 204: { description: "It is gone." } }),
    async handle(request) {
      const { body, ...reply } = await send(deps, route, request, orderTo(request, "webhook.delete"));
      return reply.status === 204 ? reply : { ...reply, body };
    },
  };
}

function rotateRoute(deps: WebhookCommandDeps): Route {
  const route = { method: "POST", path: "/webhooks/{id}/rotate-secret" } as const;
  return {
    ...BASIS,
    ...route,
    summary: "Sign with a new secret; for a day with the one before, too",
    params: { id: UUID },
    responses: commandAnswers({
      200: { description: "The webhook with its new secret.", schema: WEBHOOK_WITH_SECRET },
    }),
    handle: async (request) =>
      withSecret(deps, await send(deps, route, request, orderTo(request, "webhook.rotate-secret"))),
  };
}

function resendRoute(deps: WebhookCommandDeps): Route {
  const route = { method: "POST", path: "/webhooks/{id}/deliveries/{deliveryId}/resend" } as const;
  return {
    ...BASIS,
    ...route,
    summary: "Deliver once more, under the same webhook-id; one on its way stays as it is",
    params: { id: UUID, deliveryId: UUID },
    responses: commandAnswers({
      202: { description: "The delivery, in line again.", schema: DELIVERY },
      409: { description: "The webhook is not active." },
    }),
    handle: (request) => {
      const { deliveryId } = request.params;
      return send(deps, route, request, orderTo(request, "webhook.resend", { deliveryId }));
    },
  };
}

function resendRangeRoute(deps: WebhookCommandDeps): Route {
  const route = { method: "POST", path: "/webhooks/{id}/deliveries/resend" } as const;
  const span = { from: ASKED_INSTANT, to: ASKED_INSTANT };
  return {
    ...BASIS,
    ...route,
    summary: "Deliver once more what failed of the facts of a span of time, both ends included",
    params: { id: UUID },
    body: object({ ...span, also: oneOf(["delivered"], "What arrived, too.") }, ["also"]),
    responses: commandAnswers({
      202: {
        description: "It is asked for; the log shows how it goes.",
        schema: object({ webhookId: UUID, ...span }),
      },
    }),
    handle: (request) => {
      const { from, to, also } = request.body as { from: string; to: string; also?: string };
      if (Date.parse(to) < Date.parse(from))
        throw badRequest([{ pointer: "/to", detail: "expected an end that is not before the beginning" }]);
      const data = { from: inUtc(from), to: inUtc(to), ...(also === undefined ? {} : { also }) };
      return send(deps, route, request, orderTo(request, "webhook.resend", data));
    },
  };
}

function inUtc(instant: string): string {
  return new Date(instant).toISOString();
}

type Told = Omit<Order, "topic">;

function orderTo({ params }: RouteRequest, type: string, data: object = {}): Told {
  const id = (params.id ?? "").toLowerCase();
  return { type, subject: `webhook/${id}`, data: { webhookId: id, ...data } };
}

function send(
  deps: WebhookCommandDeps,
  route: Path,
  request: RouteRequest,
  order: Told,
): Promise<RouteReply> {
  return sendCommand(deps, route, request, { ...order, topic: "webhook" });
}

/** A repeat has the same answer as the first: whoever lost that gets the secret all the same. */
function withSecret({ webhooks }: WebhookCommandDeps, reply: RouteReply): RouteReply {
  const { id, secretVersion } = (reply.body ?? {}) as Partial<WebhookResource>;
  if (reply.status >= 202 || id === undefined || secretVersion === undefined) return reply;
  const secret = webhookSecret(webhooks.secret, id, secretVersion);
  return { ...reply, body: { ...(reply.body as object), secret } };
}
