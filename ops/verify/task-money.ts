/**
 * The money of tasks (invariant 2): one fee per assignment, one reward per completion, for ever (ACC-4). What is on
 * its way to the account actors counts, so that the checks hold at every moment and not only in silence.
 */
import { sqlCheck } from "./check.ts";
import { inFlight } from "./in-flight.ts";

const ASSIGNED = inFlight("account", "tasks", ["task.assigned"]);
const COMPLETED = inFlight("account", "tasks", ["task.completed"]);

export const feesAreAssignments = sqlCheck(
  { id: "2a", rules: ["ACC-4"], says: "a task has as many fees as assignments", unit: "tasks" },
  `with told as (
     select id as task_id, assignments as assigned, 0 as charged, 0 as coming, true as known from tasks
     union all
     select task_id, 0, count(*), 0, false from entries where kind = 'fee' group by task_id
     union all
     select (data ->> 'taskId')::uuid, 0, 0, count(*), false from (${ASSIGNED}) as f group by 1)
   select coalesce(task_id::text, '') as ord, 1 as size,
          case
            when not bool_or(known) then
              format('task %s is not on the board and has %s fees', task_id, sum(charged) + sum(coming))
            when sum(assigned) <> sum(charged) + sum(coming) then
              format('task %s has %s assignments, %s fees and %s on their way', task_id, sum(assigned), sum(charged), sum(coming))
          end as problem
     from told group by task_id`,
);

export const feesAreOfTheAssignees = sqlCheck(
  {
    id: "2b",
    rules: ["ACC-4", "TT-10"],
    says: "each fee is charged to the person that the task's history names",
    unit: "assignees of tasks",
  },
  `with told as (
     select task_id, assignee_id as person, 1 as assigned, 0 as charged from task_history where kind = 'assigned'
     union all
     select task_id, account_id, 0, 1 from entries where kind = 'fee'
     union all
     select (data ->> 'taskId')::uuid, (data ->> 'assigneeId')::uuid, 0, 1 from (${ASSIGNED}) as f)
   select format('%s/%s', task_id, person) as ord, 1 as size,
          case when sum(assigned) <> sum(charged) then
            format('task %s was assigned to %s %s times and charged them %s times', task_id, person, sum(assigned), sum(charged))
          end as problem
     from told group by task_id, person`,
);

export const rewardsAreCompletions = sqlCheck(
  {
    id: "2c",
    rules: ["ACC-4", "TT-8"],
    says: "a task has one reward at most, only when done, for its assignee at completion",
    unit: "done or rewarded tasks",
  },
  `with told as (
     select id as task_id, assignee_id as person, 1 as done, 0 as completed, 0 as paid from tasks where status = 'done'
     union all
     select task_id, assignee_id, 0, 1, 0 from task_history where kind = 'completed'
     union all
     select task_id, account_id, 0, 0, 1 from entries where kind = 'reward'
     union all
     select (data ->> 'taskId')::uuid, (data ->> 'assigneeId')::uuid, 0, 0, 1 from (${COMPLETED}) as f),
   judged as (
     select task_id, person, sum(done) as done, sum(completed) as completed, sum(paid) as paid
       from told group by task_id, person)
   select format('%s/%s', task_id, person) as ord, 1 as size,
          case
            when paid > 1 then format('task %s has %s rewards for %s', task_id, paid, person)
            when paid = 1 and completed = 0 then format('task %s rewards %s, who did not complete it', task_id, person)
            when paid = 0 and completed = 1 then format('task %s was completed by %s and has no reward', task_id, person)
            when completed > 1 then format('task %s was completed by %s %s times', task_id, person, completed)
            when done <> completed then
              format('the board and the history of task %s disagree whether %s has completed it', task_id, person)
          end as problem
     from judged`,
);
