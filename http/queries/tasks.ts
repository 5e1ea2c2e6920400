/** Tasks as the board shows them, each with how its money stands (TT-11): a read model, never a gate. */
import type { Knex } from "knex";
import type { TaskId, UserId } from "../../schemas/ids.ts";
import type { Billing, TaskResource, TaskStatus } from "../../schemas/resources.ts";
import type { Page } from "../route.ts";
import { decodeCursor } from "./cursor.ts";
import { cutPage, PAGE_SIZE_DEFAULT, type PageRequest, pageSize } from "./page.ts";
import { person } from "./person.ts";
import { rowsOf, type Statement, Values } from "./statement.ts";

/** `-` is descending. Ties of reward and time are ordered by number in the same direction. */
export const TASK_SORTS = ["number", "-number", "reward", "-reward", "created", "-created"] as const;
export type TaskSort = (typeof TASK_SORTS)[number];

export interface TaskListRequest extends PageRequest {
  readonly status?: TaskStatus;
  readonly assigneeId?: UserId;
  /** Part of the title or of the Jira id in any case, or the number (`42`, `#42`). */
  readonly q?: string;
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
};

const COLUMN_OF = { number: "number", reward: "reward", created: "created_at" } as const;
const NUMBER_MAX = 2_147_483_647;

export async function findTask(database: Knex, id: TaskId): Promise<TaskResource | undefined> {
  const text = withMoney("select * from tasks where id = $1");
  const [task] = await rowsOf<Row>(database, { name: "task", text, values: [id] });
  return task === undefined ? undefined : taskResource(task);
}

export async function listTasks(database: Knex, request: TaskListRequest): Promise<Page<TaskResource>> {
  const { sort = "-number" } = request;
  const size = pageSize(request);
  const rows = await rowsOf<Row>(database, tasksStatement(request, sort, size));
  return cutPage(rows, size, listName(sort), (task) => [task.number], taskResource);
}

/** The size stands in the text: a plan that is made before it is known would be one for a tenth of all tasks. */
export function tasksStatement(request: TaskListRequest, sort: TaskSort, size: number): Statement {
  const { place, all: values } = new Values();
  const { status, assigneeId, q, cursor } = request;
  const conditions = [
    ...(status === undefined ? [] : [`status = ${place(status)}`]),
    ...(assigneeId === undefined ? [] : [`assignee_id = ${place(assigneeId)}`]),
    ...(q === undefined ? [] : [search(q.trim(), place)]),
    ...(cursor === undefined ? [] : [after(sort, cursor, place)]),
  ];
  const where = conditions.length === 0 ? "" : `where ${conditions.join(" and ")}`;
  const order = orderOf(sort);
  const text = `${withMoney(`select * from tasks ${where} order by ${order} limit ${size + 1}`)} order by ${order}`;
  const asked = [status && "status", assigneeId && "assignee", cursor && "cursor"].filter(Boolean).join("+");
  const isCommon = q === undefined && size === PAGE_SIZE_DEFAULT;
  return { name: isCommon ? `${listName(sort)}:${asked}` : undefined, text, values };
}

function listName(sort: TaskSort): string {
  return `tasks:${sort}`;
}

/**
 * The page is cut first: what stands beside its tasks is then looked up for them alone. Left to itself, Postgres may read
 * the whole ledger to know which tasks have a reward.
 */
function withMoney(page: string): string {
  return `
    select id, number, title, jira_id as "jiraId", description, status, assignee_id as "assigneeId",
           assignee.name as "assigneeName", created_by as "creatorId", creator.name as "creatorName", fee as "feeMinor",
           reward as "rewardMinor", fees = assignments as "feeCharged", rewards > 0 as "rewardPaid",
           created_at as "createdAt", assigned_at as "assignedAt", completed_at as "completedAt", version
      from (${page}) as page
     cross join lateral (select count(*) filter (where kind = 'fee') as fees,
                                count(*) filter (where kind = 'reward') as rewards
                           from entries where task_id = page.id) as money
      left join (select id as user_id, name from users) as assignee on assignee.user_id = assignee_id
      left join (select id as user_id, name from users) as creator on creator.user_id = created_by`;
}

function search(text: string, place: Values["place"]): string {
  if (text === "") return "true";
  const part = place(`%${text.replace(/[\\%_]/g, "\\$&")}%`);
  const number = Number(/^#?(\d{1,10})$/.exec(text)?.[1] ?? Number.NaN);
  const isNumber = number <= NUMBER_MAX ? ` or number = ${place(number)}` : "";
  return `(title ilike ${part} or jira_id ilike ${part}${isNumber})`;
}

function orderOf(sort: TaskSort): string {
  const direction = sort.startsWith("-") ? "desc" : "asc";
  const column = columnOf(sort);
  return column === "number" ? `number ${direction}` : `${column} ${direction}, number ${direction}`;
}

function columnOf(sort: TaskSort): (typeof COLUMN_OF)[keyof typeof COLUMN_OF] {
  return COLUMN_OF[sort.replace("-", "") as keyof typeof COLUMN_OF];
}

/**
 * The cursor holds the number alone; the other key is read from that row, exact to the microsecond, which a time that
 * went through JSON is not. Neither reward nor time of creation of a task ever changes (ACC-1), and no task is deleted.
 */
function after(sort: TaskSort, cursor: string, place: Values["place"]): string {
  const number = place(decodeCursor(listName(sort), cursor, ["int4"])[0]);
  const column = columnOf(sort);
  const beyond = sort.startsWith("-") ? "<" : ">";
  if (column === "number") return `number ${beyond} ${number}`;
  return `(${column}, number) ${beyond} ((select ${column} from tasks where number = ${number}), ${number})`;
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
