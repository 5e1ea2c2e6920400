/**
 * Log-in, refresh, log-out, and the public keys (AUTH-1). The refresh token travels in a cookie that scripts cannot
 * read and other sites cannot send; the access token in the answer's body.
 */

import type { Logger } from "pino";
import type { LoginThrottle } from "../auth/login-throttle.ts";
import { hashPassword, isOutdated, passwordMatches } from "../auth/password.ts";
import { findLogin, findUser, type Login, replacePasswordHash } from "../auth/people.ts";
import type { Database } from "../database.ts";
import type { Load } from "../load.ts";
import { Refusal } from "../refusal.ts";
import type { Route, RouteReply, RouteRequest } from "../route.ts";
import { isUnavailable } from "../unavailable.ts";
import {
  COOKIE,
  grant,
  noSessionCookie,
  renewedReply,
  sessionOver,
  TOKEN_ANSWER,
  type TokenDeps,
  tokenReply,
} from "./token-reply.ts";

export interface AuthDeps extends TokenDeps {
  readonly throttle: LoginThrottle;
  readonly logins: Load;
  /** Where sessions are read while they cannot be written, if there is one. */
  readonly replica?: Database | undefined;
  readonly logger: Logger;
}

export function authRoutes(deps: AuthDeps): Route[] {
  return [loginRoute(deps), refreshRoute(deps), logoutRoute(deps), jwksRoute(deps)];
}

function loginRoute(deps: AuthDeps): Route {
  return {
    method: "POST",
    path: "/auth/login",
    tag: "auth",
    summary: "Log in with e-mail and password",
    access: "anyone",
    load: deps.logins,
    body: {
      type: "object",
      additionalProperties: false,
      required: ["email", "password"],
      properties: {
        email: { type: "string", minLength: 1, maxLength: 254 },
        password: { type: "string", minLength: 1, maxLength: 200 },
      },
    },
    responses: { 200: TOKEN_ANSWER, 401: { description: "The address or the password is wrong." } },
    handle: (request) => logIn(deps, request),
  };
}

async function logIn(deps: AuthDeps, request: RouteRequest): Promise<RouteReply> {
  const { email: written, password } = request.body as { email: string; password: string };
  const email = written.trim().toLowerCase();
  await deps.throttle.enter(request.address, email);
  const login = await findLogin(deps.pool, email).catch(async (error) => {
    await deps.throttle.spared(request.address, email);
    throw error;
  });
  const matches = await passwordMatches(login?.passwordHash, password);
  if (login === undefined || !matches || !login.user.active) {
    throw new Refusal(401, "invalid_credentials", "The e-mail address or the password is wrong.");
  }
  await deps.throttle.succeeded(request.address, email);
  await renewHash(deps, login, password);
  return tokenReply(deps, request, login.user);
}

/** One that was made with weaker parameters is made anew; whoever changes the password meanwhile is first. */
async function renewHash({ pool }: AuthDeps, { user, passwordHash }: Login, password: string): Promise<void> {
  if (passwordHash === undefined || !isOutdated(passwordHash)) return;
  await replacePasswordHash(pool, user.id, passwordHash, await hashPassword(password));
}

function refreshRoute(deps: AuthDeps): Route {
  return {
    method: "POST",
    path: "/auth/refresh",
    tag: "auth",
    summary: "Exchange the refresh cookie for a new access token and a new cookie",
    access: "anyone",
    responses: { 200: TOKEN_ANSWER, 401: { description: "No cookie, or its session is over." } },
    handle: (request) => refresh(deps, request),
  };
}

async function refresh(deps: AuthDeps, request: RouteRequest): Promise<RouteReply> {
  const token = request.cookies.get(COOKIE);
  if (token === undefined) throw new Refusal(401, "session_missing", "There is no refresh cookie: log in.");
  try {
    return await rotate(deps, request, token);
  } catch (error) {
    const reply = isUnavailable(error) ? await goOnReading(deps, token) : undefined;
    if (reply === undefined) throw error;
    return reply;
  }
}

async function rotate(deps: AuthDeps, request: RouteRequest, token: string): Promise<RouteReply> {
  const refreshed = await deps.sessions.refresh(token);
  if (refreshed.state === "ended")
    throw sessionOver(request, "session_ended", "The session is over: log in.");
  if (refreshed.state === "reused") {
    deps.logger.warn(
      { user: refreshed.userId, trace_id: request.traceId },
      "an old refresh token was shown: session revoked",
    );
    throw sessionOver(
      request,
      "session_revoked",
      "An old refresh token was shown, so the session is over: log in.",
    );
  }
  const { session } = refreshed;
  const user = await findUser(deps.pool, session.userId);
  if (user?.active === true) return renewedReply(deps, request, session, user);
  await deps.sessions.revoke(session.id);
  throw sessionOver(request, "session_ended", "The session is over: log in.");
}

/** While nothing can be written a session is not rotated, and its person goes on with what they have (EDGE-3). */
async function goOnReading(deps: AuthDeps, token: string): Promise<RouteReply | undefined> {
  const { replica, sessions } = deps;
  if (replica === undefined) return undefined;
  const session = await sessions.find(replica, token);
  const user = session === undefined ? undefined : await findUser(replica, session.userId);
  if (session === undefined || user?.active !== true) return undefined;
  return { status: 200, body: await grant(deps, session.id, user) };
}

function logoutRoute(deps: AuthDeps): Route {
  return {
    method: "POST",
    path: "/auth/logout",
    tag: "auth",
    summary: "End the session of the refresh cookie",
    access: "anyone",
    responses: { 204: { description: "The session is over; also when there was none." } },
    handle: async (request) => {
      await deps.sessions.close(request.cookies.get(COOKIE) ?? "");
      return { status: 204, headers: { "Set-Cookie": noSessionCookie(request) } };
    },
  };
}

function jwksRoute(deps: AuthDeps): Route {
  return {
    method: "GET",
    path: "/.well-known/jwks.json",
    root: true,
    tag: "auth",
    summary: "The public keys that verify access tokens (RFC 7517)",
    access: "anyone",
    responses: {
      200: {
        description: "A JWK set.",
        schema: { type: "object", required: ["keys"], properties: { keys: { type: "array" } } },
      },
    },
    handle: async () => ({
      status: 200,
      body: await deps.keys.jwks(),
      headers: { "Cache-Control": "public, max-age=300" },
    }),
  };
}
