/** Every route for operators. */
import { listDeeds } from "../audit-log.ts";
import type { Route } from "../route.ts";
import { PAGE_QUERY, pageOf, queryOf } from "./list-schemas.ts";
import { type Installation, type InstallationDeps, installationRoutes } from "./ops-installation.ts";
import { letterRoutes } from "./ops-letters.ts";
import { DEED } from "./ops-schemas.ts";
import { answers, ok } from "./reply.ts";

export interface OpsDeps extends Omit<InstallationDeps, "installation"> {
  /** Absent when nobody can tell: the routes of the whole installation are then absent, too. */
  readonly installation: Installation | undefined;
}

export function opsRoutes({ installation, ...deps }: OpsDeps): Route[] {
  return [
    ...letterRoutes(deps.database),
    auditRoute(deps),
    ...(installation === undefined ? [] : installationRoutes({ ...deps, installation })),
  ];
}

function auditRoute({ database }: Pick<OpsDeps, "database">): Route {
  return {
    method: "GET",
    path: "/ops/audit",
    tag: "operations",
    summary: "What operators did: who, to what, why; newest first",
    access: ["admin"],
    query: PAGE_QUERY,
    responses: answers("A page of the audit log", pageOf(DEED)),
    handle: async (request) => ok(await listDeeds(database, queryOf(request))),
  };
}
