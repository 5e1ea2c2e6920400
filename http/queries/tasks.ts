/** Tasks as the board shows them, each with how its money stands (TT-11): a read model, never a gate. */
import type { Knex } from "knex";
import { type QueryBuilder, raw } from "objection";
import type { TaskId, UserId } from "../../schemas/ids.ts";
import type { Billing, TaskResource, TaskStatus } from "../../schemas/resources.ts";
import type { Page } from "../route.ts";
import { decodeCursor } from "./cursor.ts";
import { TaskModel } from "./models.ts";
import { cutPage, type PageRequest, pageSize } from "./page.ts";
import { person } from "./person.ts";

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

type TaskQuery = QueryBuilder<TaskModel, TaskModel[]>;

const COLUMN_OF = { number: "number", reward: "reward", created: "created_at" } as const;
const NUMBER_MAX = 2_147_483_647;

export async function findTask(database: Knex, id: TaskId): Promise<TaskResource | undefined> {
  const [task] = await withBilling(TaskModel.query(database)).where("tasks.id", id);
  return task === undefined ? undefined : taskResource(task);
}

export async function listTasks(database: Knex, request: TaskListRequest): Promise<Page<TaskResource>> {
  const sort = request.sort ?? "-number";
  const query = withBilling(TaskModel.query(database)).limit(pageSize(request) + 1);
  if (request.status !== undefined) query.where("tasks.status", request.status);
  if (request.assigneeId !== undefined) query.where("tasks.assignee_id", request.assigneeId);
  if (request.q !== undefined) search(query, request.q.trim());
  inOrder(query, sort, request.cursor);
  return cutPage(await query, pageSize(request), listName(sort), (task) => [task.number], taskResource);
}

function listName(sort: TaskSort): string {
  return `tasks:${sort}`;
}

/** Both sums are of the rows of one task by index, and only for the tasks of the page. */
function withBilling(query: TaskQuery): TaskQuery {
  return query
    .select("tasks.*")
    .select(
      raw(
        "(select count(*) from entries where task_id = tasks.id and kind = 'fee') = tasks.assignments as fee_charged",
      ),
      raw("exists (select from entries where task_id = tasks.id and kind = 'reward') as reward_paid"),
    )
    .withGraphFetched("[assignee, creator]");
}

function search(query: TaskQuery, text: string): void {
  if (text === "") return;
  const part = `%${text.replace(/[\\%_]/g, "\\$&")}%`;
  const number = Number(/^#?(\d{1,10})$/.exec(text)?.[1] ?? Number.NaN);
  query.where((either) => {
    either.where("tasks.title", "ilike", part).orWhere("tasks.jira_id", "ilike", part);
    if (number <= NUMBER_MAX) either.orWhere("tasks.number", number);
  });
}

/**
 * The cursor holds the number alone; the other key is read from that row, exact to the microsecond, which a time that
 * went through JSON is not. Neither reward nor time of creation of a task ever changes (ACC-1), and no task is deleted.
 */
function inOrder(query: TaskQuery, sort: TaskSort, cursor: string | undefined): void {
  const descending = sort.startsWith("-");
  const column = COLUMN_OF[sort.replace("-", "") as keyof typeof COLUMN_OF];
  const direction = descending ? "desc" : "asc";
  query.orderBy(`tasks.${column}`, direction).orderBy("tasks.number", direction);
  if (cursor === undefined) return;
  const [number] = decodeCursor(listName(sort), cursor, ["int4"]);
  if (column === "number") {
    query.where("tasks.number", descending ? "<" : ">", number);
    return;
  }
  const key = `(select ${column} from tasks where number = ?)`;
  query.whereRaw(`(tasks.${column}, tasks.number) ${descending ? "<" : ">"} (${key}, ?)`, [number, number]);
}

function taskResource(task: TaskModel): TaskResource {
  const { id, number, title, jiraId, description, status, createdAt, assignedAt, completedAt, version } =
    task;
  return {
    id,
    number,
    title,
    jiraId,
    description,
    status,
    assignee: person(task.assigneeId, task.assignee?.name),
    createdBy: person(task.createdBy, task.creator?.name),
    feeMinor: task.fee,
    rewardMinor: task.reward,
    billing: billing(task),
    createdAt,
    assignedAt,
    completedAt,
    version,
  };
}

function billing(task: TaskModel): Billing {
  return {
    fee: task.feeCharged ? "charged" : "pending",
    reward: task.status !== "done" ? "none" : task.rewardPaid ? "paid" : "pending",
  };
}
