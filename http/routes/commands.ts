/** GET /commands/{id}: what became of a command that was answered with a promise; for its sender alone (EDGE-2). */
import { storedAnswer } from "../command-reply.ts";
import { findCommand } from "../command-store.ts";
import type { Database } from "../database.ts";
import { notFound } from "../refusal.ts";
import type { Route } from "../route.ts";
import { COMMAND } from "./command-answers.ts";
import { callerOf } from "./read-deps.ts";
import { UUID } from "./value-schemas.ts";

export function commandStatusRoute(database: Database): Route {
  return {
    method: "GET",
    path: "/commands/{id}",
    tag: "commands",
    summary: "The state of a command, and its answer once it is decided",
    access: "signed-in",
    params: { id: UUID },
    responses: { 200: { description: "The command.", schema: COMMAND } },
    async handle(request) {
      const row = await findCommand(database, request.params.id ?? "");
      if (row === undefined || row.sender !== callerOf(request).id)
        throw notFound("There is no such command of yours.");
      return { status: 200, body: { id: row.id, state: row.state, ...storedAnswer(row) } };
    },
  };
}
