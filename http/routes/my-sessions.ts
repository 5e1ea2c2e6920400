/** /me/sessions and /me/password: where one is logged in, how to end it, and by which password (AUTH-1, AUTH-3). */
import type { Uuid } from "../../schemas/ids.ts";
import { recordDeed } from "../audit-log.ts";
import type { LoginThrottle } from "../auth/login-throttle.ts";
import { hashPassword, passwordMatches } from "../auth/password.ts";
import { PASSWORD, refuseWeakPassword } from "../auth/password-rules.ts";
import { findLogin, findUser, replacePasswordHash } from "../auth/people.ts";
import type { Sessions } from "../auth/sessions.ts";
import type { Database } from "../database.ts";
import type { Load } from "../load.ts";
import { notFound, Refusal } from "../refusal.ts";
import type { Route } from "../route.ts";
import { inTransaction } from "../transaction.ts";
import { actorOf, callerOf } from "./read-deps.ts";
import { answers, ok } from "./reply.ts";
import { arrayOf, INSTANT, object, orNull, TEXT, UUID } from "./value-schemas.ts";

const SESSION = object({
  id: UUID,
  isCurrent: { type: "boolean", description: "Whether it is the one that asks." },
  agent: { ...orNull(TEXT), description: "What the browser says of itself." },
  address: { ...orNull(TEXT), description: "Where the log-in came from." },
  createdAt: INSTANT,
  refreshedAt: { ...INSTANT, description: "When it was last seen, to some minutes." },
  expiresAt: INSTANT,
});

const BASIS = { tag: "me", access: "signed-in", scope: "none" } as const satisfies Partial<Route>;

export interface MySessionDeps {
  readonly pool: Database;
  readonly sessions: Sessions;
  readonly logins: Load;
  readonly throttle: LoginThrottle;
}

export function mySessionRoutes(deps: MySessionDeps): Route[] {
  const { sessions } = deps;
  return [listRoute(sessions), endRoute(sessions), endOthersRoute(sessions), passwordRoute(deps)];
}

function listRoute(sessions: Sessions): Route {
  return {
    ...BASIS,
    method: "GET",
    path: "/me/sessions",
    summary: "One's own log-ins that are not over, last seen first, all of them",
    responses: answers("The sessions", object({ items: arrayOf(SESSION), next: { type: "null" } })),
    async handle(request) {
      const own = await sessions.list(callerOf(request).id);
      const items = own.map((one) => ({ ...one, isCurrent: one.id === request.token?.sessionId }));
      return ok({ items, next: null });
    },
  };
}

function endRoute(sessions: Sessions): Route {
  return {
    ...BASIS,
    method: "DELETE",
    path: "/me/sessions/{id}",
    summary: "End a session of one's own; its tokens are refused everywhere within seconds",
    params: { id: UUID },
    responses: { 204: { description: "It is over." } },
    async handle(request) {
      if (await sessions.end(callerOf(request).id, request.params.id as Uuid)) return { status: 204 };
      throw notFound("There is no such session of yours.");
    },
  };
}

function endOthersRoute(sessions: Sessions): Route {
  return {
    ...BASIS,
    method: "DELETE",
    path: "/me/sessions",
    summary: "End all sessions of one's own but the one that asks",
    responses: { 204: { description: "They are over." } },
    async handle(request) {
      await sessions.endOthers(callerOf(request).id, request.token?.sessionId);
      return { status: 204 };
    },
  };
}

/** Guesses are slowed down as at the log-in: a token that was taken for minutes is not to become a password. */
function passwordRoute({ pool, sessions, logins, throttle }: MySessionDeps): Route {
  return {
    ...BASIS,
    method: "POST",
    path: "/me/password",
    summary: "Change one's own password; every other session of one's own ends",
    load: logins,
    body: object({
      currentPassword: { type: "string", minLength: 1, maxLength: 200 },
      newPassword: PASSWORD,
    }),
    responses: { 204: { description: "It is changed." }, 409: { description: "It was changed meanwhile." } },
    async handle(request) {
      const { currentPassword, newPassword } = request.body as Record<
        "currentPassword" | "newPassword",
        string
      >;
      const { id } = callerOf(request);
      const user = await findUser(pool, id);
      const login = user === undefined ? undefined : await findLogin(pool, user.email);
      const before = login?.passwordHash;
      await throttle.enter(id, "");
      if (user === undefined || before === undefined || !(await passwordMatches(before, currentPassword)))
        throw new Refusal(403, "invalid_credentials", "The current password is wrong.");
      await throttle.succeeded(id, "");
      refuseWeakPassword(newPassword, user.email, "/newPassword");
      const hash = await hashPassword(newPassword);
      await inTransaction(pool, async (client) => {
        if (!(await replacePasswordHash(client, user.id, before, hash)))
          throw new Refusal(409, "password_changed", "The password was changed meanwhile.");
        await sessions.endOthers(user.id, request.token?.sessionId, client);
        await recordDeed(client, actorOf(request), {
          action: "password.change",
          subject: `user/${user.id}`,
          detail: {},
        });
      });
      return { status: 204 };
    },
  };
}
