/**
 * /auth/oidc: log-in by the company's identity provider (AUTH-1). Both are places that a browser goes to, so they answer
 * with where it goes next; what the board is to know stands behind the `#` of its address.
 */
import { FLOW_LIFE_S, type Oidc } from "../auth/oidc.ts";
import { type ProvidedPerson, personOf } from "../auth/provided-person.ts";
import type { SiteOf } from "../auth/site.ts";
import { notFound } from "../refusal.ts";
import type { JsonSchema, Route, RouteReply, RouteRequest } from "../route.ts";
import { answers, ok } from "./reply.ts";
import { deviceOf, sessionCookie, type TokenDeps } from "./token-reply.ts";
import { object } from "./value-schemas.ts";

const COOKIE = "ates_oidc";
const PATH = "/api/v1/auth/oidc";
const TEXT: JsonSchema = { type: "string", maxLength: 4_000 };
/** What providers send beside the code: of the standards, and Google's. */
const ANSWER = ["code", "state", "iss", "error", "error_description", "error_uri", "session_state", "scope"];
const ALSO = ["authuser", "prompt", "hd"];

export interface OidcDeps extends TokenDeps {
  /** Undefined: no provider is configured. */
  readonly oidc: Oidc | undefined;
  readonly siteOf: SiteOf;
}

const BASIS = { tag: "auth", access: "anyone" } as const satisfies Partial<Route>;
const THERE = { 303: { description: "On to the provider, or back to the board." } };

export function oidcRoutes(deps: OidcDeps): Route[] {
  return [waysRoute(deps), startRoute(deps), callbackRoute(deps)];
}

function waysRoute({ oidc }: OidcDeps): Route {
  return {
    ...BASIS,
    method: "GET",
    path: "/auth/ways",
    summary: "How one may log in, beside e-mail and password",
    responses: answers("The ways", object({ oidc: { type: "boolean" }, passkeys: { type: "boolean" } })),
    handle: async () => ok({ oidc: oidc !== undefined, passkeys: true }),
  };
}

function startRoute({ oidc, siteOf }: OidcDeps): Route {
  return {
    ...BASIS,
    method: "GET",
    path: "/auth/oidc/start",
    summary: "To the company's identity provider; 404 when there is none",
    responses: { ...THERE, 404: { description: "No provider is configured." } },
    async handle(request) {
      if (oidc === undefined) throw noProvider();
      const { address, flow } = await oidc.start(redirectUri(siteOf(request)));
      return there(address, [flowCookie(request, flow, FLOW_LIFE_S)]);
    },
  };
}

function callbackRoute(deps: OidcDeps): Route {
  return {
    ...BASIS,
    method: "GET",
    path: "/auth/oidc/callback",
    summary: "Where the provider sends the browser: opens a session, or says behind `#` why not",
    query: Object.fromEntries([...ANSWER, ...ALSO].map((name) => [name, TEXT])),
    responses: { ...THERE, 404: { description: "No provider is configured." } },
    handle: (request) => finish(deps, request),
  };
}

async function finish(
  { oidc, siteOf, pool, sessions }: OidcDeps,
  request: RouteRequest,
): Promise<RouteReply> {
  if (oidc === undefined) throw noProvider();
  const answer = new URL(redirectUri(siteOf(request)));
  for (const [name, value] of Object.entries(request.query)) answer.searchParams.set(name, String(value));
  const identity = await oidc.finish(answer, request.cookies.get(COOKIE) ?? "");
  const person: ProvidedPerson | { readonly state: "over" } =
    identity === undefined ? { state: "over" } : await personOf(pool, identity, request.traceId);
  const over = flowCookie(request, "", 0);
  if (person.state !== "known") return there(`/#oidc=${person.state}`, [over]);
  const session = await sessions.open(person.user.id, deviceOf(request));
  return there("/#signed-in", [over, sessionCookie(request, session.refreshToken)]);
}

function redirectUri(site: URL): string {
  return new URL(`${PATH}/callback`, site.origin).href;
}

function there(address: string, cookies: readonly string[]): RouteReply {
  return { status: 303, headers: { Location: address, "Set-Cookie": cookies } };
}

/** Lax, for it has to come along when the provider sends the browser back. */
function flowCookie(request: RouteRequest, value: string, maxAgeS: number): string {
  const attributes = [`${COOKIE}=${value}`, `Path=${PATH}`, `Max-Age=${maxAgeS}`, "HttpOnly", "SameSite=Lax"];
  return [...attributes, ...(request.secure === true ? ["Secure"] : [])].join("; ");
}

function noProvider() {
  return notFound("No identity provider is configured.");
}
