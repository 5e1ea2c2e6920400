/**
 * The board's date (DAY-1, DAY-3). Ending a date puts a barrier into every partition of `tasks` before any later fact:
 * whoever has the barrier has every fact of the date (G5), with control totals to prove it.
 */
import { type BusinessDate, endOfDateMs, nextDate } from "../../schemas/business-date.ts";
import type { Envelope } from "../../schemas/envelope.ts";
import { rejected } from "../../schemas/rejections.ts";
import { sum } from "../ledger/control-totals.ts";
import { type Context, type Decision, NOTHING } from "../runtime/actor.ts";
import { factTo } from "../runtime/fact.ts";
import type { BoardState } from "./state.ts";

/** By the scheduler, which has no sender, or by hand (DAY-2). */
export function closeDay(state: BoardState, message: Envelope<"day.close">, context: Context): Decision {
  const { board } = state;
  const { businessDate } = message.data;
  if (
    message.senderid !== undefined &&
    message.senderrole !== "accountant" &&
    message.senderrole !== "admin"
  ) {
    return rejected("not_allowed", "Only an accountant or an admin closes a day.");
  }
  if (businessDate > board.businessDate) {
    return rejected(
      "day_not_started",
      `The board's business date is ${board.businessDate}; ${businessDate} has not begun.`,
    );
  }
  if (businessDate < context.company.firstDate) {
    return rejected(
      "day_not_started",
      `The company's first business date is ${context.company.firstDate}; ${businessDate} was never open.`,
    );
  }
  if (businessDate < board.businessDate) return NOTHING;
  const common = { businessDate, nextDate: nextDate(businessDate), occurredAt: context.now };
  const subject = `day/${businessDate}`;
  const barriers = board.totals.map((totals, partition) =>
    factTo("day.ended", { topic: "tasks", partition }, subject, {
      ...common,
      totals,
      weight: board.weights[partition] ?? 0,
    }),
  );
  const whole = factTo("day.ended", { topic: "day", partition: 0 }, subject, {
    ...common,
    totals: sum(board.totals),
  });
  return { accepted: true, facts: [...barriers, whole] };
}

/** The board's date, when its cut-off has passed. */
export function overdue(state: BoardState, context: Context): BusinessDate | undefined {
  const { businessDate } = state.board;
  return context.nowMs >= endOfDateMs(businessDate, context.company) ? businessDate : undefined;
}
