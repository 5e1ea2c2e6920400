/** Tasks as the board shows them, each with how its money stands (TT-11): a read model, never a gate. */
import type { Knex } from "knex";
import type { TaskId, UserId } from "../../schemas/ids.ts";
import type { Billing, TaskResource } from "../../schemas/resources.ts";
import type { Page } from "../route.ts";
import { cutPage, PAGE_SIZE_DEFAULT, type PageRequest, pageSize } from "./page.ts";
import { person } from "./person.ts";
import { rowsOf, type Statement, Values } from "./statement.ts";
import { filterConditions, type TaskFilter } from "./task-filter.ts";
import { TaskOrder, type TaskSort } from "./task-order.ts";
import { findsMany, isAmongFound, isFound, searchQuery } from "./task-search.ts";

export interface TaskListRequest extends TaskFilter, PageRequest {
  readonly sort?: TaskSort;
}

type Row = Omit<TaskResource, "assignee" | "createdBy" | "billing"> & {
  readonly assigneeId: UserId;
  readonly assigneeName: string | null;
  readonly creatorId: UserId;
  readonly creatorName: string | null;
  /** Fee entries are as many as assignments; a reward entry exists (TT-11). */
  readonly feeCharged: boolean;
  readonly rewardPaid: boolean;
  /** What the list goes by beside the number. */
  readonly sortKey?: string | number;
};

/** Filters of the pages that are opened all day: those are prepared, others are planned for their own values. */
const COMMON_FILTERS: readonly (keyof TaskListRequest)[] = ["status", "assigneeId", "cursor"];

export async function findTask(database: Knex, id: TaskId): Promise<TaskResource | undefined> {
  const text = withMoney("select * from tasks where id = $1");
  const [task] = await rowsOf<Row>(database, { name: "task", text, values: [id] });
  return task === undefined ? undefined : taskResource(task);
}

export async function listTasks(database: Knex, request: TaskListRequest): Promise<Page<TaskResource>> {
  const { sort = "-number" } = request;
  const size = pageSize(request);
  const rows = await rowsOf<Row>(database, tasksStatement(request, sort, size));
  const { list } = new TaskOrder(sort);
  return cutPage(
    rows,
    size,
    list,
    ({ sortKey, number }) => [...(sortKey === undefined ? [] : [sortKey]), number],
    taskResource,
  );
}

/**
 * The size stands in the text: a plan that is made before it is known would be one for a tenth of all tasks. An order
 * without an index sorts numbers and keys alone, and only the page's tasks are read whole: where a search finds all of
 * 100,000 tasks that takes 40 to 80 % of the time.
 */
export function tasksStatement(request: TaskListRequest, sort: TaskSort, size: number): Statement {
  const { place, all: values } = new Values();
  const order = new TaskOrder(sort);
  const { cursor, q = "", ...filter } = request;
  const conditions = [
    ...filterConditions(filter, place),
    ...(cursor === undefined ? [] : [order.after(cursor, place)]),
  ];
  const query = searchQuery(q, place);
  const first = (text: string) => `${text} limit ${size + 1}`;
  const cut =
    query === undefined ? first(inOrder(order, conditions)) : foundInOrder(order, conditions, query, first);
  const page =
    order.key === undefined
      ? cut
      : `select tasks.*, sort_key from (${cut}) as found join tasks using (number)`;
  const text = `${withMoney(page, order.told)} order by ${order.of("sort_key")}`;
  return { name: nameOf(request, order, size), text, values };
}

function inOrder(order: TaskOrder, conditions: readonly string[]): string {
  const columns = order.key === undefined ? "tasks.*" : `number${order.selected}`;
  const where = conditions.length === 0 ? "" : `where ${conditions.join(" and ")}`;
  return `select ${columns} from ${order.from} ${where} order by ${order.within}`;
}

/**
 * One of two ways, and a sample tells which: all that is found and then the first of it, or, where too much is found, each
 * task in the order of the list (`offset 0`: before any is looked at) until the page is full. A word of nearly all of
 * 100,000 tasks took 70 ms by number, 210 by completion and 135 by title, and takes 8, 65 and 88.
 */
function foundInOrder(
  order: TaskOrder,
  conditions: readonly string[],
  query: string,
  first: (text: string) => string,
): string {
  const findsManyOnce = "(select finds_many from search)";
  const few = first(inOrder(order, [...conditions, `not ${findsManyOnce}`, isAmongFound(query)]));
  const each = `${inOrder(order, conditions)} offset 0`;
  const many = first(`select * from (${each}) as each where ${findsManyOnce} and ${isFound(query, "each")}`);
  return `with search as materialized (select ${findsMany(query)} as finds_many) (${few}) union all (${many})`;
}

function nameOf(request: TaskListRequest, { list }: TaskOrder, size: number): string | undefined {
  const { sort: _, limit: __, ...asked } = request;
  const names = Object.keys(asked).filter(
    (name) => asked[name as keyof typeof asked] !== undefined,
  ) as (keyof TaskListRequest)[];
  const isCommon =
    size === PAGE_SIZE_DEFAULT &&
    (request.status?.length ?? 1) === 1 &&
    names.every((name) => COMMON_FILTERS.includes(name));
  return isCommon ? `${list}:${COMMON_FILTERS.filter((name) => names.includes(name)).join("+")}` : undefined;
}

/**
 * The page is cut first: what stands beside its tasks is then looked up for them alone. Left to itself, Postgres may read
 * the whole ledger to know which tasks have a reward.
 */
function withMoney(page: string, sortKey = ""): string {
  return `
    select id, number, title, jira_id as "jiraId", description, status, assignee_id as "assigneeId",
           assignee.name as "assigneeName", created_by as "creatorId", creator.name as "creatorName", fee as "feeMinor",
           reward as "rewardMinor", fees = assignments as "feeCharged", rewards > 0 as "rewardPaid",
           created_at as "createdAt", assigned_at as "assignedAt", completed_at as "completedAt", version${sortKey}
      from (${page}) as page
     cross join lateral (select count(*) filter (where kind = 'fee') as fees,
                                count(*) filter (where kind = 'reward') as rewards
                           from entries where task_id = page.id) as money
      left join (select id as user_id, name from users) as assignee on assignee.user_id = assignee_id
      left join (select id as user_id, name from users) as creator on creator.user_id = created_by`;
}

function taskResource(task: Row): TaskResource {
  return {
    id: task.id,
    number: task.number,
    title: task.title,
    jiraId: task.jiraId,
    description: task.description,
    status: task.status,
    assignee: person(task.assigneeId, task.assigneeName),
    createdBy: person(task.creatorId, task.creatorName),
    feeMinor: task.feeMinor,
    rewardMinor: task.rewardMinor,
    billing: billing(task),
    createdAt: task.createdAt,
    assignedAt: task.assignedAt,
    completedAt: task.completedAt,
    version: task.version,
  };
}

function billing(task: Row): Billing {
  return {
    fee: task.feeCharged ? "charged" : "pending",
    reward: task.status !== "done" ? "none" : task.rewardPaid ? "paid" : "pending",
  };
}
