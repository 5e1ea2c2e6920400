/** POST /days/{date}/close: ends a business date by hand, ahead of the scheduler (DAY-2). */
import { parseBusinessDate } from "../../schemas/business-date.ts";
import { notFound } from "../refusal.ts";
import type { Route } from "../route.ts";
import { commandAnswers } from "./command-answers.ts";
import { type CommandDeps, sendCommand } from "./send-command.ts";
import { BUSINESS_DATE, object, oneOf } from "./value-schemas.ts";

const CLOSE = object({ businessDate: BUSINESS_DATE, state: oneOf(["closing", "closed"]) });

export function dayCommandRoutes(deps: CommandDeps): Route[] {
  const route = { method: "POST", path: "/days/{date}/close" } as const;
  return [
    {
      ...route,
      tag: "days",
      summary: "Close a business date; one that is closed already is 200, a future one 409 day_not_started",
      access: ["accountant", "admin"],
      params: { date: BUSINESS_DATE },
      idempotencyKey: "required",
      responses: commandAnswers({
        200: { description: "It is closed already.", schema: CLOSE },
        202: { description: "The close has begun; Location shows its progress.", schema: CLOSE },
      }),
      handle: (request) => {
        const businessDate = parseBusinessDate(request.params.date ?? "");
        if (businessDate === undefined) throw notFound("There is no such date.");
        const data = { businessDate };
        return sendCommand(deps, route, request, {
          topic: "task-board",
          type: "day.close",
          subject: "day",
          data,
        });
      },
    },
  ];
}
