/** /me/tokens: tokens for one's own programs, made, listed and revoked by the person alone (AUTH-3). */
import { newUuid, type Uuid } from "../../schemas/ids.ts";
import { API_TOKENS_MAX, type ApiTokens, type TokenWish } from "../auth/api-tokens.ts";
import { SCOPES } from "../auth/scopes.ts";
import { keyedCommandId } from "../command-id.ts";
import { notFound } from "../refusal.ts";
import type { JsonSchema, Route } from "../route.ts";
import { actorOf, callerOf } from "./read-deps.ts";
import { answers, ok } from "./reply.ts";
import { arrayOf, INSTANT, object, oneOf, orNull, TEXT, UUID } from "./value-schemas.ts";

const NAME: JsonSchema = { type: "string", minLength: 1, maxLength: 100, pattern: "\\S" };
const DAYS_MAX = 366;
const WORDS = {
  id: UUID,
  name: TEXT,
  scopes: arrayOf(oneOf(SCOPES)),
  createdAt: INSTANT,
  expiresAt: INSTANT,
  lastUsedAt: { ...orNull(INSTANT), description: "To the minute; null: never." },
};
const TOKEN = object(WORDS);
const NEW_TOKEN = object({ ...WORDS, token: { ...TEXT, description: "Shown here and never again." } });

const BASIS = { tag: "me", access: "signed-in", scope: "none" } as const satisfies Partial<Route>;

export function myTokenRoutes(tokens: ApiTokens): Route[] {
  return [listRoute(tokens), createRoute(tokens), revokeRoute(tokens)];
}

function listRoute(tokens: ApiTokens): Route {
  return {
    ...BASIS,
    method: "GET",
    path: "/me/tokens",
    summary: "One's own tokens for programs, newest first, all of them",
    responses: answers("The tokens", object({ items: arrayOf(TOKEN), next: { type: "null" } })),
    handle: async (request) => ok({ items: await tokens.list(callerOf(request).id), next: null }),
  };
}

function createRoute(tokens: ApiTokens): Route {
  return {
    ...BASIS,
    method: "POST",
    path: "/me/tokens",
    summary: `Make a token for a program; 409 token_made when repeated, too_many_tokens beyond ${API_TOKENS_MAX}`,
    idempotencyKey: "optional",
    description:
      "It is sent as `Authorization: Bearer ates_…`, may do what its person may, within its scopes.",
    body: object({
      name: NAME,
      scopes: { ...arrayOf(oneOf(SCOPES)), minItems: 1, uniqueItems: true },
      expiresInDays: { type: "integer", minimum: 1, maximum: DAYS_MAX },
    }),
    responses: {
      201: { description: "The token.", schema: NEW_TOKEN },
      409: { description: "It is made already, or there are too many." },
    },
    async handle(request) {
      const { name, ...rest } = request.body as TokenWish;
      const { id: userId } = callerOf(request);
      const { idempotencyKey: key } = request;
      const id = key === undefined ? newUuid() : keyedCommandId(userId, key);
      const order = { ...rest, id, name: name.trim() };
      return { status: 201, body: await tokens.issue(userId, order, actorOf(request)) };
    },
  };
}

function revokeRoute(tokens: ApiTokens): Route {
  return {
    ...BASIS,
    method: "DELETE",
    path: "/me/tokens/{id}",
    summary: "Revoke a token of one's own, everywhere within seconds",
    params: { id: UUID },
    responses: { 204: { description: "It is good for nothing any more." } },
    async handle(request) {
      const id = request.params.id as Uuid;
      if (await tokens.revoke(callerOf(request).id, id, actorOf(request))) return { status: 204 };
      throw notFound("There is no such token of yours.");
    },
  };
}
