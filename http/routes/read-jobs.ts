/** GET /jobs/{id}: for its creator and for admins; for others it does not exist. */
import type { JobId } from "../../schemas/ids.ts";
import { findJob } from "../queries/jobs.ts";
import type { Route } from "../route.ts";
import { callerOf, type ReadDeps } from "./read-deps.ts";
import { answers, found } from "./reply.ts";
import { JOB } from "./resource-schemas.ts";
import { UUID } from "./value-schemas.ts";

export function jobReadRoutes({ database }: ReadDeps): Route[] {
  return [
    {
      method: "GET",
      path: "/jobs/{id}",
      tag: "jobs",
      summary: "How far a job has come, for who started it and for admins",
      access: "signed-in",
      params: { id: UUID },
      responses: answers("The job", JOB),
      handle: async (request) =>
        found(await findJob(database, request.params.id as JobId, callerOf(request))),
    },
  ];
}
