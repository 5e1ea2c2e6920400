/** Jobs: visible to who started them, and to admins; for others they do not exist. */
import type { Knex } from "knex";
import type { JobId } from "../../schemas/ids.ts";
import type { JobResource } from "../../schemas/resources.ts";
import type { Caller } from "../route.ts";
import { JobModel } from "./models.ts";

export async function findJob(database: Knex, id: JobId, caller: Caller): Promise<JobResource | undefined> {
  const job = await JobModel.query(database).findById(id);
  if (job === undefined || (job.creatorId !== caller.id && caller.role !== "admin")) return undefined;
  const { kind, state, done, total, result, errors } = job;
  return { id: job.id, kind, state, done, total, result, errors };
}
