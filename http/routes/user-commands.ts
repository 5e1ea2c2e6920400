/** Commands of the directory: POST /users, PATCH /users/{id} (admins, AUTH-3), PATCH /me (everybody, NOT-2). */

import { hashPassword } from "../auth/password.ts";
import { PASSWORD, refuseWeakPassword } from "../auth/password-rules.ts";
import type { JsonSchema, Route, RouteReply, RouteRequest } from "../route.ts";
import { commandAnswers } from "./command-answers.ts";
import { callerOf } from "./read-deps.ts";
import { USER } from "./resource-schemas.ts";
import { type CommandDeps, sendCommand } from "./send-command.ts";
import { UUID } from "./value-schemas.ts";

const NAME: JsonSchema = { $ref: "common.json#/$defs/name" };
const ROLE: JsonSchema = { $ref: "common.json#/$defs/role" };
const LOCALE: JsonSchema = { $ref: "common.json#/$defs/locale" };
/** Shorter than e-mail allows, because `email/<address>` is the subject of the envelope, which has 200 characters. */
const EMAIL: JsonSchema = { type: "string", format: "email", maxLength: 190 };
const WISH: JsonSchema = { type: "boolean" };

interface NewUser {
  readonly email: string;
  readonly name: string;
  readonly role: string;
  readonly locale?: string;
  readonly password?: string;
}

export function userCommandRoutes(deps: CommandDeps): Route[] {
  return [registerRoute(deps), changeRoute(deps), settingsRoute(deps)];
}

function registerRoute(deps: CommandDeps): Route {
  const route = { method: "POST", path: "/users" } as const;
  return {
    ...route,
    tag: "people",
    summary: "Register a person; 409 email_taken",
    access: ["admin"],
    scope: "people",
    idempotencyKey: "optional",
    body: {
      type: "object",
      additionalProperties: false,
      required: ["email", "name", "role"],
      properties: { email: EMAIL, name: NAME, role: ROLE, locale: LOCALE, password: PASSWORD },
    },
    responses: commandAnswers({
      201: { description: "The person.", schema: USER },
      409: { description: "The e-mail address is another person's." },
    }),
    handle: (request) => register(deps, route, request),
  };
}

async function register(
  deps: CommandDeps,
  route: Pick<Route, "method" | "path">,
  request: RouteRequest,
): Promise<RouteReply> {
  const { password, email, name, ...rest } = request.body as NewUser;
  const person = { ...rest, email: email.toLowerCase(), name: name.trim() };
  if (password !== undefined) refuseWeakPassword(password, email);
  const data = password === undefined ? person : { ...person, passwordHash: await hashPassword(password) };
  const order = {
    topic: "directory",
    type: "user.register",
    subject: `email/${person.email}`,
    data,
  } as const;
  // The fingerprint is stored and fast to compute: over a password it would be a way to guess it.
  return sendCommand(deps, route, request, order, { ...person, hasPassword: password !== undefined });
}

function changeRoute(deps: CommandDeps): Route {
  const route = { method: "PATCH", path: "/users/{id}" } as const;
  return {
    ...route,
    tag: "people",
    summary: "Change a person's name or role, disable or enable them; in effect everywhere within a minute",
    access: ["admin"],
    scope: "people",
    params: { id: UUID },
    idempotencyKey: "optional",
    body: {
      type: "object",
      additionalProperties: false,
      minProperties: 1,
      properties: { name: NAME, role: ROLE, active: { type: "boolean" } },
    },
    responses: commandAnswers({
      200: { description: "The person as they are now.", schema: USER },
      409: { description: "The last active admin would be gone." },
    }),
    handle: (request) => {
      const userId = request.params.id ?? "";
      const { name, ...rest } = request.body as { name?: string; role?: string; active?: boolean };
      const data = { userId, ...rest, ...(name === undefined ? {} : { name: name.trim() }) };
      return sendCommand(deps, route, request, {
        topic: "directory",
        type: "user.change",
        subject: `user/${userId}`,
        data,
      });
    },
  };
}

function settingsRoute(deps: CommandDeps): Route {
  const route = { method: "PATCH", path: "/me" } as const;
  return {
    ...route,
    tag: "people",
    summary: "Change one's own language and mails",
    access: "signed-in",
    idempotencyKey: "optional",
    body: {
      type: "object",
      additionalProperties: false,
      minProperties: 1,
      properties: {
        locale: LOCALE,
        notifications: {
          type: "object",
          additionalProperties: false,
          minProperties: 1,
          properties: { assigned: WISH, receipt: WISH, statement: WISH },
        },
      },
    },
    responses: commandAnswers({
      200: { description: "The person as they are now.", schema: USER },
      404: { description: "The person is not known." },
    }),
    handle: (request) => {
      const subject = `user/${callerOf(request).id}`;
      const data = request.body as Readonly<Record<string, unknown>>;
      return sendCommand(deps, route, request, {
        topic: "directory",
        type: "user.change-settings",
        subject,
        data,
      });
    },
  };
}
