/** The board's tables: board, board_people, tasks, task_words, task_history, jobs; pieces of imports are in a file of their own. */
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { Role } from "../../schemas/envelope.ts";
import type { JobProgressedV2, TaskCreatedV2, TaskEditedV2 } from "../../schemas/generated/messages.ts";
import type { TaskId, UserId } from "../../schemas/ids.ts";
import type { Minor } from "../../schemas/money.ts";
import type { TaskStatus } from "../../schemas/resources.ts";
import type { ControlTotals } from "../ledger/control-totals.ts";
import type { StatedFact } from "../runtime/actor.ts";
import type { ActorStore, Db } from "../runtime/actor-store.ts";
import { changedOf, type Statement, writing } from "../runtime/statement.ts";
import { deleteDonePieces, selectPieces } from "./import-store.ts";
import {
  type Board,
  type BoardEntity,
  type BoardPerson,
  type Import,
  personKey,
  type Shuffle,
  type Task,
  taskKey,
} from "./state.ts";

interface TaskRow {
  id: TaskId;
  number: number;
  title: string;
  jira_id: string | null;
  description: string | null;
  status: TaskStatus;
  assignee_id: UserId;
  former_ids: UserId[];
  created_by: UserId;
  fee: Minor;
  reward: Minor;
  assignments: number;
  created_at: string;
  assigned_at: string;
  completed_at: string | null;
  created_date: BusinessDate;
  completed_date: BusinessDate | null;
  version: number;
}

export const boardStore: ActorStore<BoardEntity> = {
  async open(db) {
    return [...(await selectBoard(db)), ...(await selectPeople(db)), ...(await selectOpenTasks(db))];
  },
  async load(db, _partition, keys) {
    return [...(await selectTasks(db, keys)), ...(await selectPieces(db, keys))];
  },
  save: (saves) => [
    ...upsertTasks(changedOf(saves, (entity) => "status" in entity)),
    ...upsertPeople(changedOf(saves, (entity) => "role" in entity)),
    ...upsertBoard(changedOf(saves, (entity) => entity.key === "board")),
    ...deleteDonePieces(changedOf(saves, (entity) => "rows" in entity)),
    ...upsertWords(saves.flatMap(({ facts }) => facts)),
    ...insertHistory(saves.flatMap(({ facts }) => facts)),
    ...upsertJobs(saves.flatMap(({ facts }) => facts)),
  ],
};

async function selectBoard(db: Db): Promise<Board[]> {
  const { rows } = await db.query<{
    business_date: BusinessDate;
    last_number: number;
    totals: ControlTotals[];
    weights: number[];
    shuffles: Shuffle[];
    imports: Import[];
  }>("select business_date, last_number, totals, weights, shuffles, imports from board");
  return rows.map((row) => ({
    key: "board",
    businessDate: row.business_date,
    lastNumber: row.last_number,
    totals: row.totals,
    weights: row.weights,
    shuffles: row.shuffles,
    imports: row.imports,
  }));
}

async function selectPeople(db: Db): Promise<BoardPerson[]> {
  const { rows } = await db.query<{ id: UserId; name: string; role: Role; active: boolean }>(
    "select id, name, role, active from board_people",
  );
  return rows.map((row) => ({ key: personKey(row.id), ...row }));
}

async function selectOpenTasks(db: Db): Promise<Task[]> {
  const { rows } = await db.query<TaskRow>(
    "select * from tasks where status in ('open', 'in-progress') order by number",
  );
  return rows.map(taskOf);
}

async function selectTasks(db: Db, keys: readonly string[]): Promise<Task[]> {
  const ids = keys.filter((key) => key.startsWith("task/")).map((key) => key.slice("task/".length));
  if (ids.length === 0) return [];
  const { rows } = await db.query<TaskRow>("select * from tasks where id = any($1::uuid[])", [ids]);
  return rows.map(taskOf);
}

function taskOf(row: TaskRow): Task {
  return {
    key: taskKey(row.id),
    id: row.id,
    number: row.number,
    title: row.title,
    jiraId: row.jira_id ?? undefined,
    description: row.description ?? undefined,
    status: row.status,
    assigneeId: row.assignee_id,
    formerIds: row.former_ids,
    createdBy: row.created_by,
    feeMinor: row.fee,
    rewardMinor: row.reward,
    assignments: row.assignments,
    createdAt: row.created_at,
    assignedAt: row.assigned_at,
    completedAt: row.completed_at ?? undefined,
    createdDate: row.created_date,
    completedDate: row.completed_date ?? undefined,
    version: row.version,
  };
}

/** Former assignees travel as `{a,b}` text: unnest would flatten an array of arrays. */
const upsertTasks = (tasks: readonly Task[]): Statement[] =>
  writing(
    "tasks",
    `insert into tasks (id, number, title, jira_id, description, status, assignee_id, former_ids, created_by, fee,
                        reward, assignments, created_at, assigned_at, completed_at, created_date, completed_date, version)
     select id, number, title, jira_id, description, status, assignee_id, former_ids::uuid[], created_by, fee,
            reward, assignments, created_at, assigned_at, completed_at, created_date, completed_date, version
       from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::text[],
                   $9::uuid[], $10::bigint[], $11::bigint[], $12::int[], $13::timestamptz[], $14::timestamptz[],
                   $15::timestamptz[], $16::date[], $17::date[], $18::int[])
         as new(id, number, title, jira_id, description, status, assignee_id, former_ids, created_by, fee,
                reward, assignments, created_at, assigned_at, completed_at, created_date, completed_date, version)
     on conflict (id) do update set title = excluded.title, jira_id = excluded.jira_id,
       description = excluded.description, status = excluded.status, assignee_id = excluded.assignee_id,
       former_ids = excluded.former_ids, assignments = excluded.assignments, assigned_at = excluded.assigned_at,
       completed_at = excluded.completed_at, completed_date = excluded.completed_date, version = excluded.version`,
    tasks,
    ({ id }) => id,
    ({ number }) => number,
    ({ title }) => title,
    ({ jiraId }) => jiraId,
    ({ description }) => description,
    ({ status }) => status,
    ({ assigneeId }) => assigneeId,
    ({ formerIds }) => `{${formerIds.join(",")}}`,
    ({ createdBy }) => createdBy,
    ({ feeMinor }) => feeMinor,
    ({ rewardMinor }) => rewardMinor,
    ({ assignments }) => assignments,
    ({ createdAt }) => createdAt,
    ({ assignedAt }) => assignedAt,
    ({ completedAt }) => completedAt,
    ({ createdDate }) => createdDate,
    ({ completedDate }) => completedDate,
    ({ version }) => version,
  );

const upsertPeople = (people: readonly BoardPerson[]): Statement[] =>
  writing(
    "board-people",
    `insert into board_people (id, name, role, active)
     select * from unnest($1::uuid[], $2::text[], $3::text[], $4::bool[])
     on conflict (id) do update set name = excluded.name, role = excluded.role, active = excluded.active`,
    people,
    ({ id }) => id,
    ({ name }) => name,
    ({ role }) => role,
    ({ active }) => active,
  );

const upsertBoard = (boards: readonly Board[]): Statement[] =>
  writing(
    "board",
    `insert into board (business_date, last_number, totals, weights, shuffles, imports)
     select * from unnest($1::date[], $2::int[], $3::jsonb[], $4::jsonb[], $5::jsonb[], $6::jsonb[])
     on conflict (only_one) do update set business_date = excluded.business_date, last_number = excluded.last_number,
       totals = excluded.totals, weights = excluded.weights, shuffles = excluded.shuffles, imports = excluded.imports`,
    boards,
    ({ businessDate }) => businessDate,
    ({ lastNumber }) => lastNumber,
    ({ totals }) => JSON.stringify(totals),
    ({ weights }) => JSON.stringify(weights),
    ({ shuffles }) => JSON.stringify(shuffles),
    ({ imports }) => JSON.stringify(imports),
  );

/** What a search finds (TT-1), and an import knows a task by (TT-12). Words change seldom, and only then is it written here. */
function upsertWords(facts: readonly StatedFact[]): Statement[] {
  const latest = new Map<number, TaskCreatedV2 | TaskEditedV2>();
  for (const { fact } of facts) {
    if (fact.type === "task.created" || fact.type === "task.edited") latest.set(fact.data.number, fact.data);
  }
  return writing(
    "task-words",
    `insert into task_words (number, words, identity)
     select number, words_of_task(number, jira_id, title, description), identity_of_task(jira_id, title, description)
       from unnest($1::int[], $2::text[], $3::text[], $4::text[]) as new(number, jira_id, title, description)
     on conflict (number) do update set words = excluded.words, identity = excluded.identity`,
    [...latest.values()],
    ({ number }) => number,
    ({ jiraId }) => jiraId,
    ({ title }) => title,
    ({ description }) => description,
  );
}

const HISTORY_KINDS: Readonly<Record<string, string>> = {
  "task.created": "created",
  "task.assigned": "assigned",
  "task.started": "started",
  "task.edited": "edited",
  "task.completed": "completed",
  "task.cancelled": "cancelled",
};

/** What happened on the board; what it cost stands in the ledger's entries, and both make the history (TT-10). */
function insertHistory(facts: readonly StatedFact[]): Statement[] {
  const told = facts.flatMap(({ fact, id, traceId }) => {
    if (!("taskId" in fact.data && "assigneeId" in fact.data)) return [];
    return [{ id, traceId, kind: HISTORY_KINDS[fact.type], data: fact.data }];
  });
  return writing(
    "task-history",
    `insert into task_history (id, task_id, at, kind, by_id, assignee_id, business_date, trace_id)
     select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::uuid[], $6::uuid[], $7::date[],
                          $8::text[])`,
    told,
    ({ id }) => id,
    ({ data }) => data.taskId,
    ({ data }) => data.occurredAt,
    ({ kind }) => kind,
    ({ data }) => data.by,
    ({ data }) => data.assigneeId,
    ({ data }) => data.businessDate,
    ({ traceId }) => traceId,
  );
}

function upsertJobs(facts: readonly StatedFact[]): Statement[] {
  const latest = new Map<string, JobProgressedV2>();
  for (const { fact } of facts) if (fact.type === "job.progressed") latest.set(fact.data.jobId, fact.data);
  return writing(
    "jobs",
    `insert into jobs (id, kind, creator_id, state, done, total, result, changed_at)
     select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::int[], $6::int[], $7::jsonb[],
                          $8::timestamptz[])
     on conflict (id) do update set state = excluded.state, done = excluded.done, total = excluded.total,
       result = excluded.result, changed_at = excluded.changed_at`,
    [...latest.values()],
    ({ jobId }) => jobId,
    ({ kind }) => kind,
    ({ creatorId }) => creatorId,
    ({ state }) => state,
    ({ done }) => done,
    ({ total }) => total,
    ({ result }) => (result === undefined || result === null ? null : JSON.stringify(result)),
    ({ occurredAt }) => occurredAt,
  );
}
