/** GET /me, GET /users and GET /users/{id}. */
import type { UserId } from "../../schemas/ids.ts";
import { findColleague, findUser, listColleagues, listUsers } from "../queries/users.ts";
import type { Route } from "../route.ts";
import { PAGE_QUERY, pageOf, queryOf } from "./list-schemas.ts";
import { callerOf, type ReadDeps } from "./read-deps.ts";
import { answers, found, ok } from "./reply.ts";
import { PERSON, USER } from "./resource-schemas.ts";
import { UUID } from "./value-schemas.ts";

export function userReadRoutes(deps: ReadDeps): Route[] {
  return [me(deps), users(deps), user(deps)];
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

function user({ database }: ReadDeps): Route {
  return {
    method: "GET",
    path: "/users/{id}",
    tag: "people",
    summary: "A person: admins see anybody with everything, others the name of an active person",
    access: "signed-in",
    params: { id: UUID },
    responses: {
      ...answers("The person", { anyOf: [USER, PERSON] }),
      404: { description: "There is nobody with this id, or nobody you may know of." },
    },
    async handle(request) {
      const find = callerOf(request).role === "admin" ? findUser : findColleague;
      return found(await find(database, request.params.id as UserId));
    },
  };
}
