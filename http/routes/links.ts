/**
 * Links that are mailed and set a password: an admin's invitation, and what a person asks for who has forgotten theirs
 * (AUTH-1, AUTH-3). The mail goes the way of all mails; the link's secret is in the mail alone, and behind the `#` of its
 * address, which browsers send to nobody.
 */
import type { Logger } from "pino";
import { isUuid, newUuid, type Uuid } from "../../schemas/ids.ts";
import { isLinkToken } from "../../schemas/link-token.ts";
import type { UserResource } from "../../schemas/resources.ts";
import { recordDeed } from "../audit-log.ts";
import { insertLink, type Purpose, takeLink } from "../auth/link-store.ts";
import { hashPassword } from "../auth/password.ts";
import { PASSWORD, refuseWeakPassword } from "../auth/password-rules.ts";
import { findLogin, findUser, setPasswordHash } from "../auth/people.ts";
import type { Load } from "../load.ts";
import { notFound, Refusal } from "../refusal.ts";
import type { Caller, Route, RouteReply, RouteRequest, SendCommand } from "../route.ts";
import { inTransaction } from "../transaction.ts";
import { callerOf } from "./read-deps.ts";
import { TOKEN_ANSWER, type TokenDeps, tokenReply } from "./token-reply.ts";
import { object, UUID } from "./value-schemas.ts";

export interface LinkDeps extends TokenDeps {
  readonly send: SendCommand;
  readonly logins: Load;
  readonly logger: Logger;
  /** Of the installation. */
  readonly secret: string;
}

const ASKED = { 202: { description: "The mail is on its way." } };

export function linkRoutes(deps: LinkDeps): Route[] {
  return [inviteRoute(deps), forgottenRoute(deps), useRoute(deps)];
}

function inviteRoute(deps: LinkDeps): Route {
  return {
    method: "POST",
    path: "/users/{id}/invitation",
    tag: "people",
    summary: "Mail a person a link by which they choose a password; 409 too_many_links after five in an hour",
    access: ["admin"],
    scope: "people",
    params: { id: UUID },
    responses: { ...ASKED, 409: { description: "They were sent enough links within the hour." } },
    async handle(request) {
      const user = await findUser(deps.pool, request.params.id as UserResource["id"]);
      if (user?.active !== true) throw notFound("There is no such active person.");
      if (await mailLink(deps, user, "invitation", callerOf(request), request.traceId))
        return { status: 202 };
      throw new Refusal(409, "too_many_links", "This person was sent enough links: try again in an hour.");
    },
  };
}

function forgottenRoute(deps: LinkDeps): Route {
  return {
    method: "POST",
    path: "/auth/password-reset",
    tag: "auth",
    summary: "Ask for a mail with a link to a new password; the answer is the same whoever asks",
    access: "anyone",
    body: object({ email: { type: "string", minLength: 1, maxLength: 254 } }),
    responses: ASKED,
    async handle(request) {
      const { email } = request.body as { email: string };
      // Nobody waits for it: neither the answer nor its time tells who is known here.
      void mailForgotten(deps, email.trim().toLowerCase(), request.traceId).catch((error: unknown) =>
        deps.logger.warn(
          { err: error, trace_id: request.traceId },
          "a link to a new password could not be mailed",
        ),
      );
      return { status: 202 };
    },
  };
}

async function mailForgotten(deps: LinkDeps, email: string, traceId: string): Promise<void> {
  const user = (await findLogin(deps.pool, email))?.user;
  if (user?.active === true) await mailLink(deps, user, "reset", user, traceId);
}

/** False: the person was sent enough of them. The mailer says no more of it than that it has a mail. */
async function mailLink(
  { pool, send }: LinkDeps,
  user: UserResource,
  purpose: Purpose,
  caller: Caller,
  traceId: string,
): Promise<boolean> {
  const linkId = newUuid();
  const expiresAt = await insertLink(pool, linkId, user.id, purpose);
  if (expiresAt === undefined) return false;
  await send({
    topic: "directory",
    type: "link.send",
    subject: `user/${user.id}`,
    data: { linkId, userId: user.id, purpose, expiresAt: new Date(expiresAt).toISOString() },
    caller: { id: caller.id, role: caller.role },
    idempotencyKey: undefined,
    fingerprint: linkId,
    waitMs: 0,
    traceId,
  });
  return true;
}

function useRoute(deps: LinkDeps): Route {
  return {
    method: "POST",
    path: "/auth/links",
    tag: "auth",
    summary: "Set a password by a link that was mailed, and log in; every session there was ends",
    access: "anyone",
    load: deps.logins,
    body: object({ link: { type: "string", minLength: 1, maxLength: 200 }, password: PASSWORD }),
    responses: { 200: TOKEN_ANSWER, 401: { description: "The link is unknown, used, or over." } },
    handle: (request) => setPassword(deps, request),
  };
}

async function setPassword(deps: LinkDeps, request: RouteRequest): Promise<RouteReply> {
  const { link, password } = request.body as { link: string; password: string };
  const id = link.split(".")[0] ?? "";
  if (!isUuid(id) || !isLinkToken(link, id, deps.secret)) throw linkOver();
  const hash = await hashPassword(password);
  const user = await inTransaction(deps.pool, async (client) => {
    const userId = await takeLink(client, id as Uuid);
    const person = userId === undefined ? undefined : await findUser(client, userId);
    if (person?.active !== true) throw linkOver();
    refuseWeakPassword(password, person.email);
    await setPasswordHash(client, person.id, hash);
    await deps.sessions.endOthers(person.id, undefined, client);
    const deed = { action: "password.set-by-link", subject: `user/${person.id}`, detail: { linkId: id } };
    await recordDeed(client, { who: person.id, traceId: request.traceId }, deed);
    return person;
  });
  return tokenReply(deps, request, user);
}

function linkOver(): Refusal {
  return new Refusal(
    401,
    "link_over",
    "The link is unknown, was used already, or is too old: ask for another.",
  );
}
