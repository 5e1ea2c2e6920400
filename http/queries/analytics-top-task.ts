/**
 * The most expensive task per period (AN-2): the highest reward among tasks completed in it, from the analytics tables
 * alone (AN-3). Of equal rewards the earliest completion is shown, and all are counted.
 */
import type { Knex } from "knex";
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { TaskId, UserId } from "../../schemas/ids.ts";
import type { Minor } from "../../schemas/money.ts";
import type { Person } from "../../schemas/resources.ts";
import type { DateRange } from "./date-range.ts";
import { person } from "./person.ts";

export interface TopTask {
  readonly id: TaskId;
  readonly number: number;
  readonly title: string;
  readonly jiraId: string | null;
  readonly completedAt: string;
  readonly assignee: Person;
}

/** `ties`: how many tasks have this reward, the shown one included. */
export type TopTaskOfPeriod =
  | (DateRange & { readonly rewardMinor: Minor; readonly ties: number; readonly task: TopTask })
  | (DateRange & { readonly task: null });

interface Row {
  readonly from: BusinessDate;
  readonly to: BusinessDate;
  readonly id: TaskId | null;
  readonly reward: Minor;
  readonly ties: number;
  readonly number: number;
  readonly title: string;
  readonly jiraId: string | null;
  readonly completedAt: string;
  readonly assigneeId: UserId;
  readonly assigneeName: string | null;
}

const TOP_TASKS = `
  select p.first_day as "from", p.last_day as "to", top.task_id as id, top.reward, ties.count as ties, top.number,
         top.title, top.jira_id as "jiraId", top.completed_at as "completedAt", top.assignee_id as "assigneeId",
         assignee.name as "assigneeName"
    from unnest(cast(:from as date[]), cast(:to as date[])) as p (first_day, last_day)
    left join lateral (
      select * from analytics.completions where business_date between p.first_day and p.last_day
       order by reward desc, completed_at, number limit 1
    ) top on true
    left join lateral (
      select count(*) from analytics.completions
       where business_date between p.first_day and p.last_day and reward = top.reward
    ) ties on true
    left join analytics.people assignee on assignee.id = top.assignee_id
   order by p.first_day`;

/** One item per period, in the order of the periods. */
export async function readTopTasks(
  database: Knex,
  periods: readonly DateRange[],
): Promise<readonly TopTaskOfPeriod[]> {
  const bindings = { from: periods.map((p) => p.from), to: periods.map((p) => p.to) };
  const { rows } = await database.raw<{ rows: Row[] }>(TOP_TASKS, bindings);
  return rows.map(topTaskOfPeriod);
}

function topTaskOfPeriod(row: Row): TopTaskOfPeriod {
  const { from, to, id, number, title, jiraId, completedAt } = row;
  if (id === null) return { from, to, task: null };
  const assignee = person(row.assigneeId, row.assigneeName);
  return {
    from,
    to,
    rewardMinor: row.reward,
    ties: row.ties,
    task: { id, number, title, jiraId, completedAt, assignee },
  };
}
