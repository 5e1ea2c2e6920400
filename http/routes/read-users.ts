/** GET /me and GET /users. */
import { findUser, listColleagues, listUsers } from "../queries/users.ts";
import type { Route } from "../route.ts";
import { PAGE_QUERY, pageOf, queryOf } from "./list-schemas.ts";
import { callerOf, type ReadDeps } from "./read-deps.ts";
import { answers, found, ok } from "./reply.ts";
import { PERSON, USER } from "./resource-schemas.ts";

export function userReadRoutes(deps: ReadDeps): Route[] {
  return [me(deps), users(deps)];
}

function me({ database }: ReadDeps): Route {
  return {
    method: "GET",
    path: "/me",
    tag: "people",
    summary: "Who is signed in",
    access: "signed-in",
    responses: { ...answers("The person", USER), 404: { description: "The person is not known here yet." } },
    handle: async (request) => found(await findUser(database, callerOf(request).id)),
  };
}

function users({ database }: ReadDeps): Route {
  return {
    method: "GET",
    path: "/users",
    tag: "people",
    summary: "People by name: admins see everybody with everything, others the names of active people",
    access: "signed-in",
    query: PAGE_QUERY,
    responses: answers("A page of people", pageOf({ anyOf: [USER, PERSON] })),
    async handle(request) {
      const list = callerOf(request).role === "admin" ? listUsers : listColleagues;
      return ok(await list(database, queryOf(request)));
    },
  };
}
