/**
 * GET /accounts and what is below it (ACC-6, ACC-7, ACC-8). A foreign account is 403 to who may see only their own,
 * whether it exists or not; an unknown person is 404 to accountants and admins.
 */
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { UserId } from "../../schemas/ids.ts";
import { findAccount, listAccounts, type Moment } from "../queries/accounts.ts";
import { checkRange } from "../queries/date-range.ts";
import { listEntries } from "../queries/entries.ts";
import { findUser } from "../queries/users.ts";
import { badRequest, forbidden, notFound } from "../refusal.ts";
import type { Route, RouteRequest } from "../route.ts";
import { PAGE_QUERY, pageOf, queryOf } from "./list-schemas.ts";
import { callerOf, nowMsOf, type ReadDeps } from "./read-deps.ts";
import { answers, found, ok } from "./reply.ts";
import { ACCOUNT, ENTRY } from "./resource-schemas.ts";
import { ASKED_INSTANT, BUSINESS_DATE, UUID } from "./value-schemas.ts";

const AT = {
  ...ASKED_INSTANT,
  description:
    "The books as they stood at this instant (ACC-8); `businessDate` is then the one the board was on. A future instant is now.",
};

const SEES_ALL: readonly string[] = ["accountant", "admin"];

/** `/accounts/me` stands before `/accounts/{userId}`: the first match serves. */
export function accountReadRoutes(deps: ReadDeps): Route[] {
  return [mine(deps), all(deps), one(deps), entries(deps)];
}

function mine(deps: ReadDeps): Route {
  return {
    method: "GET",
    path: "/accounts/me",
    tag: "accounts",
    summary: "One's own account",
    access: "signed-in",
    query: { at: AT },
    responses: answers("The account", ACCOUNT),
    handle: async (request) =>
      found(await findAccount(deps.database, callerOf(request).id, momentOf(deps, request))),
  };
}

function one(deps: ReadDeps): Route {
  return {
    method: "GET",
    path: "/accounts/{userId}",
    tag: "accounts",
    summary: "An account: one's own; any, for accountants and admins",
    access: "signed-in",
    params: { userId: UUID },
    query: { at: AT },
    responses: answers("The account", ACCOUNT),
    handle: async (request) =>
      found(await findAccount(deps.database, visibleOwner(request), momentOf(deps, request))),
  };
}

function all(deps: ReadDeps): Route {
  return {
    method: "GET",
    path: "/accounts",
    tag: "accounts",
    summary: "Every account, by name",
    access: ["accountant", "admin"],
    query: { at: AT, ...PAGE_QUERY },
    responses: answers("A page of accounts", pageOf(ACCOUNT)),
    handle: async (request) =>
      ok(await listAccounts(deps.database, { ...queryOf(request), ...momentOf(deps, request) })),
  };
}

function entries({ database }: ReadDeps): Route {
  return {
    method: "GET",
    path: "/accounts/{userId}/entries",
    tag: "accounts",
    summary: "The audit log of an account, newest first; `from` and `to` are business dates, both included",
    access: "signed-in",
    params: { userId: UUID },
    query: { from: BUSINESS_DATE, to: BUSINESS_DATE, ...PAGE_QUERY },
    responses: answers("A page of entries", pageOf(ENTRY)),
    async handle(request) {
      const userId = visibleOwner(request);
      const query = queryOf<{ from?: BusinessDate; to?: BusinessDate }>(request);
      checkRange(query);
      const page = await listEntries(database, { ...query, userId });
      // Only an empty page leaves open whether there is such a person: accounts are opened by what the directory says.
      if (page.items.length === 0 && (await findUser(database, userId)) === undefined) {
        throw notFound("There is no such account.");
      }
      return ok(page);
    },
  };
}

/** Whose account the path names, if the caller may see it (ACC-7). Ids are compared as Postgres does, in any case. */
function visibleOwner(request: RouteRequest): UserId {
  const caller = callerOf(request);
  const userId = String(request.params.userId).toLowerCase() as UserId;
  if (userId !== caller.id && !SEES_ALL.includes(caller.role)) {
    throw forbidden("Only accountants and admins see other people's accounts.");
  }
  return userId;
}

function momentOf(deps: ReadDeps, request: RouteRequest): Moment {
  const nowMs = nowMsOf(deps);
  const { at } = request.query as { at?: string };
  if (at === undefined) return { nowMs };
  try {
    return { nowMs, at: new Date(Temporal.Instant.from(at).epochMilliseconds).toISOString() };
  } catch {
    throw badRequest([{ pointer: "/query/at", detail: "expected an instant of RFC 3339 with an offset" }]);
  }
}
