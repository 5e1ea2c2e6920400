/** Whether a request has come before, under the same Idempotency-Key: what holds now then refuses nothing. */
import { keyedCommandId } from "../command-id.ts";
import { findCommand } from "../command-store.ts";
import type { Database } from "../database.ts";
import type { RouteRequest } from "../route.ts";
import { callerOf } from "./read-deps.ts";

export async function isRepeat(database: Database, request: RouteRequest): Promise<boolean> {
  const id = keyedCommandId(callerOf(request).id, request.idempotencyKey ?? "");
  return (await findCommand(database, id)) !== undefined;
}
