/**
 * The refusals that follow from a route's description alone: whoever has a query may be told 400, whoever asks for a
 * token 401. What only its handler knows (403 of a foreign account, 409 of a taken name) a route says in `responses`.
 */
import type { JsonSchema, ResponseDescription, Route } from "./route.ts";

type Answers = Readonly<Record<number, ResponseDescription>>;

const header = (description: string): JsonSchema => ({
  description,
  required: true,
  schema: { type: "string" },
});

const RETRY_AFTER = { "Retry-After": header("Seconds.") };
const RATE = {
  "RateLimit-Policy": header("The rates that hold: `q` requests in `w` seconds each."),
  RateLimit: header("The rate that counts now: `r` requests left, `t` seconds until there is room again."),
};

/** Headers that every answer with the status has. */
export const STATUS_HEADERS: Readonly<Record<number, Readonly<Record<string, JsonSchema>>>> = {
  401: { "WWW-Authenticate": header("`Bearer`.") },
  429: { ...RETRY_AFTER, ...RATE },
};

/** Headers of answers to requests that are counted. */
export const RATE_HEADERS = RATE;

export function problemAnswers(route: Route): Answers {
  const { access, method, idempotencyKey, unlimited } = route;
  const isCommand = idempotencyKey !== undefined;
  return {
    400: { description: "The request is not valid; `errors` says where." },
    ...(access === "anyone" ? {} : { 401: { description: "No token, or none that counts." } }),
    ...(access === "anyone" ? {} : { 403: { description: "Another role, or a token without the scope." } }),
    ...(route.path.includes("{") ? { 404: { description: "There is no such thing." } } : {}),
    ...(isCommand ? { 409: { description: "The first request with this key is still running." } } : {}),
    ...(method === "GET" ? {} : { 413: { description: "The body is too large." } }),
    ...(method === "GET" ? {} : { 415: { description: "Another content type." } }),
    ...(isCommand ? { 422: { description: "The Idempotency-Key was used for another request." } } : {}),
    ...(unlimited === true ? {} : { 429: { description: "Too many requests." } }),
    ...(route.tag === "health" ? {} : { 503: { description: "A part is away or full; ask again." } }),
  };
}
