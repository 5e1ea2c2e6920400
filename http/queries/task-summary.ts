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

const STATUSES = ["open", "in-progress", "done", "cancelled"] as const satisfies readonly TaskStatus[];

export async function readTaskSummary(database: Knex, filter: TaskFilter): Promise<TaskSummary> {
  const [row = {}] = await rowsOf<Readonly<Record<string, Minor>>>(database, summaryStatement(filter));
  const sum = (name: string): Minor => row[name] ?? (0 as Minor);
  const sums = STATUSES.map((status): [TaskStatus, StatusSums] => [
    status,
    { count: sum(`${status} count`), feeMinor: sum(`${status} fee`), rewardMinor: sum(`${status} reward`) },
  ]);
  return Object.fromEntries(sums) as Record<TaskStatus, StatusSums>;
}

/** One row, and nothing to group: not knowing how many tasks a search finds, Postgres would sort them all on disk. */
export function summaryStatement(filter: TaskFilter): Statement {
  const { place, all: values } = new Values();
  const conditions = filterConditions(filter, place);
  const where = conditions.length === 0 ? "" : `where ${conditions.join(" and ")}`;
  return { text: `select ${STATUSES.flatMap(columnsOf).join(", ")} from tasks ${where}`, values };
}

function columnsOf(status: TaskStatus): string[] {
  const only = `filter (where status = '${status}')`;
  return [
    `count(*) ${only} as "${status} count"`,
    `coalesce(sum(fee) ${only}, 0)::int8 as "${status} fee"`,
    `coalesce(sum(reward) ${only}, 0)::int8 as "${status} reward"`,
  ];
}
