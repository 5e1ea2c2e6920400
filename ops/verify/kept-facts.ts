/**
 * The facts that the analytics read side keeps, to be made again of (invariant 7, AN-3): one for everything that the
 * books and the board hold. Rows that were made of a lost fact look well, and are gone with the next rebuild.
 */
import { sqlCheck } from "./check.ts";
import { inFlight } from "./in-flight.ts";

/** What is on its way to the read side, or waits there, will be kept. */
const ENTRIES_COMING = inFlight("analytics", "ledger", ["ledger.entry-posted"]);
const TASKS_COMING = inFlight("analytics", "tasks", ["task.completed"]);
const PEOPLE_COMING = inFlight("analytics", "users", ["user.registered"]);

/** Each branch: what the thing is called, whether it is there, how often its fact is kept, whether that is coming. */
export const keptFactsAreComplete = sqlCheck(
  {
    id: "7b",
    rules: ["AN-3"],
    says: "of every entry, every completion and every person the fact is kept that the read side is made again of",
    unit: "facts",
  },
  `with entry as (
     select (data ->> 'accountId')::uuid as account_id, (data ->> 'number')::bigint as number, count(*) as times
       from analytics.facts where split_part(schema, ':', 3) = 'ledger.entry-posted' group by 1, 2),
   entry_coming as (
     select distinct (data ->> 'accountId')::uuid as account_id, (data ->> 'number')::bigint as number
       from (${ENTRIES_COMING}) as f),
   completion as (
     select (data ->> 'taskId')::uuid as id, count(*) as times
       from analytics.facts where split_part(schema, ':', 3) = 'task.completed' group by 1),
   completion_coming as (select distinct (data ->> 'taskId')::uuid as id from (${TASKS_COMING}) as f),
   person as (
     select (data ->> 'userId')::uuid as id
       from analytics.facts where split_part(schema, ':', 3) in ('user.registered', 'user.profile-changed') group by 1),
   person_coming as (select distinct (data ->> 'userId')::uuid as id from (${PEOPLE_COMING}) as f),
   thing as (
     select format('entry %s of account %s', number, account_id) as name, e.kind is not null as is_there,
            coalesce(f.times, 0) as times, c.number is not null as is_coming
       from entries e full join entry f using (account_id, number) left join entry_coming c using (account_id, number)
     union all
     select format('the completion of task %s', id), t.status is not null, coalesce(f.times, 0), c.id is not null
       from (select id, status from tasks where status = 'done') as t full join completion f using (id)
       left join completion_coming c using (id)
     union all
     select format('person %s', id), u.email is not null, case when f.id is null then 0 else 1 end, c.id is not null
       from users u full join person f using (id) left join person_coming c using (id))
   select name as ord, 1 as size,
          case
            when not is_there then format('the fact of %s is kept, and there is no such thing', name)
            when times = 0 and not is_coming then format('the fact of %s is not kept', name)
            when times > 1 then format('the fact of %s is kept %s times', name, times)
          end as problem
     from thing`,
);
