/** How many tasks of each status there are, and their money: the sums above the columns of the board. */
import type { Knex } from "knex";
import type { Minor } from "../../schemas/money.ts";
import type { TaskStatus } from "../../schemas/resources.ts";
import { rowsOf, type Statement, Values } from "./statement.ts";
import { filterConditions, type TaskFilter } from "./task-filter.ts";

export interface StatusSums {
  readonly count: number;
  readonly feeMinor: Minor;
  readonly rewardMinor: Minor;
}

export type TaskSummary = Readonly<Record<TaskStatus, StatusSums>>;

const NONE = { count: 0, feeMinor: 0, rewardMinor: 0 } as StatusSums;

export async function readTaskSummary(database: Knex, filter: TaskFilter): Promise<TaskSummary> {
  const rows = await rowsOf<StatusSums & { readonly status: TaskStatus }>(database, summaryStatement(filter));
  const sums = rows.map(({ status, ...ofStatus }) => [status, ofStatus]);
  return { open: NONE, "in-progress": NONE, done: NONE, cancelled: NONE, ...Object.fromEntries(sums) };
}

export function summaryStatement(filter: TaskFilter): Statement {
  const { place, all: values } = new Values();
  const conditions = filterConditions(filter, place);
  const where = conditions.length === 0 ? "" : `where ${conditions.join(" and ")}`;
  const text = `
    select status, count(*) as count, sum(fee)::int8 as "feeMinor", sum(reward)::int8 as "rewardMinor"
      from tasks ${where} group by status`;
  return { text, values };
}
