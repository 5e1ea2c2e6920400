/**
 * GET /accounts and what is below it (ACC-6, ACC-7, ACC-8). A foreign account is 403 to who may see only their own,
 * whether it exists or not; an unknown person is 404 to accountants and admins.
 */
import { type Basis, findAccount, listAccounts, type Moment } from "../queries/accounts.ts";
import { badRequest } from "../refusal.ts";
import type { Route, RouteRequest } from "../route.ts";
import { PAGE_QUERY, pageOf, queryOf } from "./list-schemas.ts";
import { callerOf, nowMsOf, type ReadDeps } from "./read-deps.ts";
import { entryReadRoutes, FOREIGN, visibleOwner } from "./read-entries.ts";
import { answers, found, ok } from "./reply.ts";
import { ACCOUNT } from "./resource-schemas.ts";
import { ASKED_INSTANT, oneOf, UUID } from "./value-schemas.ts";

const AT = {
  ...ASKED_INSTANT,
  description:
    "The books as they stood at this instant (ACC-8); `businessDate` is then the one the board was on. A future instant is now.",
};

const BASIS = oneOf(
  ["effective", "recorded"],
  "Of `at`: `effective`, what had happened by then, as it is known now (unless told); `recorded`, what the books said then.",
);

/** `/accounts/me` stands before `/accounts/{userId}`: the first match serves. */
export function accountReadRoutes(deps: ReadDeps): Route[] {
  return [mine(deps), all(deps), one(deps), ...entryReadRoutes(deps)];
}

function mine(deps: ReadDeps): Route {
  return {
    method: "GET",
    path: "/accounts/me",
    tag: "accounts",
    summary: "One's own account",
    access: "signed-in",
    query: { at: AT, basis: BASIS },
    responses: { ...answers("The account", ACCOUNT), 404: { description: "It is not opened yet." } },
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
    query: { at: AT, basis: BASIS },
    responses: { ...answers("The account", ACCOUNT), ...FOREIGN },
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
    query: { at: AT, basis: BASIS, ...PAGE_QUERY },
    responses: answers("A page of accounts", pageOf(ACCOUNT)),
    handle: async (request) =>
      ok(await listAccounts(deps.database, { ...queryOf(request), ...momentOf(deps, request) })),
  };
}

function momentOf(deps: ReadDeps, request: RouteRequest): Moment {
  const nowMs = nowMsOf(deps);
  const { at, basis = "effective" } = request.query as { at?: string; basis?: Basis };
  if (at === undefined) return { nowMs };
  try {
    return { nowMs, basis, at: new Date(Temporal.Instant.from(at).epochMilliseconds).toISOString() };
  } catch {
    throw badRequest([{ pointer: "/query/at", detail: "expected an instant of RFC 3339 with an offset" }]);
  }
}
