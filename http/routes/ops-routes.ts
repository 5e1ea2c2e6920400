/** Every route for operators. */
import { DEED_HEADER, deedLines, listDeeds } from "../audit-log.ts";
import type { Route } from "../route.ts";
import { PAGE_QUERY, pageOf, queryOf } from "./list-schemas.ts";
import { type Installation, type InstallationDeps, installationRoutes } from "./ops-installation.ts";
import { letterRoutes } from "./ops-letters.ts";
import { DEED } from "./ops-schemas.ts";
import { answers, csvAnswers, csvFile, ok } from "./reply.ts";

export interface OpsDeps extends Omit<InstallationDeps, "installation"> {
  /** Absent when nobody can tell: the routes of the whole installation are then absent, too. */
  readonly installation: Installation | undefined;
}

export function opsRoutes({ installation, ...deps }: OpsDeps): Route[] {
  return [
    ...letterRoutes(deps.database),
    auditRoute(deps),
    auditFileRoute(deps),
    ...(installation === undefined ? [] : installationRoutes({ ...deps, installation })),
  ];
}

function auditRoute({ database }: Pick<OpsDeps, "database">): Route {
  return {
    method: "GET",
    path: "/ops/audit",
    tag: "operations",
    summary: "What privileged people did: who, to what, why; newest first",
    access: ["admin"],
    scope: "operations",
    query: PAGE_QUERY,
    responses: answers("A page of the audit log", pageOf(DEED)),
    handle: async (request) => ok(await listDeeds(database, queryOf(request))),
  };
}

function auditFileRoute({ database }: Pick<OpsDeps, "database">): Route {
  return {
    method: "GET",
    path: "/ops/audit.csv",
    tag: "operations",
    summary: "The whole audit log as a file, oldest first, with the chain's hashes",
    access: ["admin"],
    scope: "operations",
    responses: csvAnswers("The audit log"),
    handle: () => csvFile("audit.csv", DEED_HEADER, deedLines(database)),
  };
}
