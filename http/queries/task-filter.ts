/** Which tasks are meant: the same for the list, its sums, its export, and what a saved view keeps. */
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { UserId } from "../../schemas/ids.ts";
import type { Minor } from "../../schemas/money.ts";
import type { TaskStatus } from "../../schemas/resources.ts";
import type { Values } from "./statement.ts";
import { searchCondition } from "./task-search.ts";

/** All bounds are included. */
export interface TaskFilter {
  readonly status?: readonly TaskStatus[];
  readonly assigneeId?: UserId;
  readonly createdById?: UserId;
  /** A whole id, or the letters before the dash: all of that project's. In upper case. */
  readonly jiraId?: string;
  readonly q?: string;
  readonly feeFromMinor?: Minor;
  readonly feeToMinor?: Minor;
  readonly rewardFromMinor?: Minor;
  readonly rewardToMinor?: Minor;
  readonly createdFrom?: BusinessDate;
  readonly createdTo?: BusinessDate;
  readonly completedFrom?: BusinessDate;
  readonly completedTo?: BusinessDate;
}

const BOUNDS = {
  feeFromMinor: "fee >=",
  feeToMinor: "fee <=",
  rewardFromMinor: "reward >=",
  rewardToMinor: "reward <=",
  createdFrom: "created_date >=",
  createdTo: "created_date <=",
  completedFrom: "completed_date >=",
  completedTo: "completed_date <=",
} as const satisfies Partial<Record<keyof TaskFilter, string>>;

export function filterConditions(filter: TaskFilter, place: Values["place"]): string[] {
  const { status, assigneeId, createdById, jiraId, q } = filter;
  const bounds = (Object.keys(BOUNDS) as (keyof typeof BOUNDS)[]).filter(
    (name) => filter[name] !== undefined,
  );
  return [
    ...(status === undefined ? [] : [statusCondition(status, place)]),
    ...(assigneeId === undefined ? [] : [`assignee_id = ${place(assigneeId)}`]),
    ...(createdById === undefined ? [] : [`created_by = ${place(createdById)}`]),
    ...(jiraId === undefined ? [] : [jiraCondition(jiraId, place)]),
    ...bounds.map((name) => `${BOUNDS[name]} ${place(filter[name])}`),
    ...(q === undefined ? [] : [searchCondition(q, place)]),
  ];
}

/** One status is compared by itself: its tasks then lie in the index in the order of the list. */
function statusCondition(statuses: readonly TaskStatus[], place: Values["place"]): string {
  return statuses.length === 1 ? `status = ${place(statuses[0])}` : `status = any(${place(statuses)})`;
}

/** Letters and a dash mean nothing to `like`. */
function jiraCondition(jiraId: string, place: Values["place"]): string {
  // The number is found first: a Jira id has its index beside the words, so that moving a task does not write it.
  return jiraId.includes("-")
    ? `number = any(array(select number from task_words where identity = ${place(jiraId)}))`
    : `jira_id like ${place(`${jiraId}-%`)}`;
}
