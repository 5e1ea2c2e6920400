/** How every log-in ends, however it began: an access token in the body, the refresh token in a cookie. */
import type { Uuid } from "../../schemas/ids.ts";
import type { UserResource } from "../../schemas/resources.ts";
import { ACCESS_TOKEN_TTL_S, signAccessToken } from "../auth/access-token.ts";
import { type Device, SESSION_IDLE_S, type Session, type Sessions } from "../auth/sessions.ts";
import type { SigningKeys } from "../auth/signing-keys.ts";
import type { Database } from "../database.ts";
import { HeadedRefusal } from "../problem.ts";
import type { RouteReply, RouteRequest } from "../route.ts";
import { USER } from "./resource-schemas.ts";

export const COOKIE = "ates_refresh";
const COOKIE_PATH = "/api/v1/auth";

export const TOKEN_ANSWER = {
  description: "An access token; the refresh token is in the cookie.",
  schema: {
    type: "object",
    required: ["accessToken", "expiresIn", "user"],
    properties: {
      accessToken: { type: "string" },
      expiresIn: { type: "integer", description: "Seconds." },
      user: USER,
    },
  },
};

export interface TokenDeps {
  readonly pool: Database;
  readonly keys: SigningKeys;
  readonly sessions: Sessions;
  readonly nowMs: () => number;
}

/** Opens a session for whoever has shown who they are. */
export async function tokenReply(
  deps: TokenDeps,
  request: RouteRequest,
  user: UserResource,
): Promise<RouteReply> {
  return renewedReply(deps, request, await deps.sessions.open(user.id, deviceOf(request)), user);
}

export async function renewedReply(
  deps: TokenDeps,
  request: RouteRequest,
  session: Session,
  user: UserResource,
): Promise<RouteReply> {
  return {
    status: 200,
    body: await grant(deps, session.id, user),
    headers: { "Set-Cookie": sessionCookie(request, session.refreshToken) },
  };
}

export async function grant(
  { keys, nowMs }: Pick<TokenDeps, "keys" | "nowMs">,
  sessionId: Uuid,
  user: UserResource,
): Promise<object> {
  const subject = { userId: user.id, role: user.role, sessionId };
  const accessToken = await signAccessToken(keys, subject, nowMs());
  return { accessToken, expiresIn: ACCESS_TOKEN_TTL_S, user };
}

export function deviceOf({ headers, address }: RouteRequest): Device {
  return { agent: headers["user-agent"], address };
}

/** 401 that also takes the useless cookie away. */
export function sessionOver(request: RouteRequest, code: string, detail: string): HeadedRefusal {
  return new HeadedRefusal(401, code, detail, { "Set-Cookie": noSessionCookie(request) });
}

export function sessionCookie(request: RouteRequest, refreshToken: string): string {
  return cookie(request, refreshToken, SESSION_IDLE_S);
}

export function noSessionCookie(request: RouteRequest): string {
  return cookie(request, "", 0);
}

function cookie(request: RouteRequest, value: string, maxAgeS: number): string {
  const attributes = [
    `${COOKIE}=${value}`,
    `Path=${COOKIE_PATH}`,
    `Max-Age=${maxAgeS}`,
    "HttpOnly",
    "SameSite=Strict",
  ];
  return [...attributes, ...(request.secure === true ? ["Secure"] : [])].join("; ");
}
