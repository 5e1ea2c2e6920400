/** POST /days/{date}/close: ends a business date by hand, ahead of the scheduler (DAY-2). */
import { type BusinessDate, parseBusinessDate } from "../../schemas/business-date.ts";
import type { DayCloseAnswer } from "../../schemas/resources.ts";
import type { Database } from "../database.ts";
import { notFound } from "../refusal.ts";
import type { Route, RouteReply, RouteRequest } from "../route.ts";
import { commandAnswers } from "./command-answers.ts";
import { isRepeat } from "./repeat.ts";
import { type CommandDeps, sendCommand } from "./send-command.ts";
import { BUSINESS_DATE, object, oneOf } from "./value-schemas.ts";

const CLOSE = object({ businessDate: BUSINESS_DATE, state: oneOf(["closing", "closed"]) });

export interface DayCommandDeps extends CommandDeps {
  readonly database: Database;
}

export function dayCommandRoutes(deps: DayCommandDeps): Route[] {
  const route = { method: "POST", path: "/days/{date}/close" } as const;
  return [
    {
      ...route,
      tag: "days",
      scope: "money",
      summary: "Close a business date; one that is closed already is 200, a future one 409 day_not_started",
      access: ["accountant", "admin"],
      params: { date: BUSINESS_DATE },
      idempotencyKey: "required",
      responses: commandAnswers({
        200: { description: "It is closed already.", schema: CLOSE },
        202: { description: "The close has begun; Location shows its progress.", schema: CLOSE },
        409: { description: "The date has not begun, or is not over." },
      }),
      handle: (request) => close(deps, route, request),
    },
  ];
}

async function close(
  deps: DayCommandDeps,
  route: Pick<Route, "method" | "path">,
  request: RouteRequest,
): Promise<RouteReply> {
  const businessDate = parseBusinessDate(request.params.date ?? "");
  if (businessDate === undefined) throw notFound("There is no such date.");
  // A closed day stays closed: nothing to ask of the board. Only a repeat gets its first answer, whatever that was.
  if ((await isClosed(deps.database, businessDate)) && !(await isRepeat(deps.database, request))) {
    const answer: DayCloseAnswer = { businessDate, state: "closed" };
    return { status: 200, body: answer };
  }
  const order = { topic: "task-board", type: "day.close", subject: "day", data: { businessDate } } as const;
  return sendCommand(deps, route, request, order);
}

async function isClosed(database: Database, date: BusinessDate): Promise<boolean> {
  const { rowCount } = await database.query(
    "select from days where business_date = $1::date and state = 'closed'",
    [date],
  );
  return rowCount === 1;
}
