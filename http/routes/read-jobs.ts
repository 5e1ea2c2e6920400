/** GET /jobs/{id}, /jobs/{id}/rejected.csv: for its creator and for admins; for others it does not exist. */
import type { JobId } from "../../schemas/ids.ts";
import { findJob, findRejects } from "../queries/jobs.ts";
import { notFound } from "../refusal.ts";
import type { Route } from "../route.ts";
import { callerOf, type ReadDeps } from "./read-deps.ts";
import { answers, csvAnswers, csvFile, found } from "./reply.ts";
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
    {
      method: "GET",
      path: "/jobs/{id}/rejected.csv",
      tag: "jobs",
      summary:
        "The rows that an import rejected, as they stood in the file and with why; kept for 30 days (TT-12)",
      access: "signed-in",
      params: { id: UUID },
      responses: csvAnswers("The rows, to be mended and imported again"),
      async handle(request) {
        const rejects = await findRejects(database, request.params.id as JobId, callerOf(request));
        if (rejects === undefined)
          throw notFound("There is no such import, or its rows are not kept any more.");
        return csvFile("rejected.csv", rejects.header, rejects.pages);
      },
    },
  ];
}
