/**
 * The analytics read side (invariants 5 and 7): what is shown, and what is on its way to it, is what happened (AN-3).
 * Only here the ledger's tables and the read side's are compared; neither reads the other's.
 */
import { sqlCheck } from "./check.ts";
import { inFlight } from "./in-flight.ts";

const POSTED = inFlight("analytics", "ledger", ["ledger.entry-posted"]);

export const incomeIsFeesLessRewards = sqlCheck(
  {
    id: "5a",
    rules: ["AN-1", "ACC-7"],
    says: "management income by day is the fees less the rewards of its entries; payouts never count",
    unit: "partitions of days",
  },
  `with told as (
     select business_date, partition, fees, rewards, 0 as booked_fees, 0 as booked_rewards from analytics.income
     union all
     select business_date, partition, 0, 0, case kind when 'fee' then -amount else 0 end, case kind when 'reward' then amount else 0 end
       from entries where kind in ('fee', 'reward')
     union all
     select (data ->> 'businessDate')::date, partition, 
            case data ->> 'kind' when 'fee' then -(data ->> 'amountMinor')::bigint else 0 end,
            case data ->> 'kind' when 'reward' then (data ->> 'amountMinor')::bigint else 0 end, 0, 0
       from (${POSTED}) as f)
   select format('%s/%s', business_date, lpad(partition::text, 6, '0')) as ord, 1 as size,
          case when sum(fees) <> sum(booked_fees) or sum(rewards) <> sum(booked_rewards) then
            format('%s in partition %s shows fees of %s and rewards of %s, its entries are %s and %s', business_date, partition,
                   sum(fees), sum(rewards), sum(booked_fees), sum(booked_rewards))
          end as problem
     from told group by business_date, partition`,
);

/** Entries of an account arrive in order: everything before the first one on its way is shown. */
export const balancesAreTheLastEntries = sqlCheck(
  {
    id: "5b",
    rules: ["AN-1"],
    says: "the balances by day, which tell who is below zero, are those after the last entries of the day",
    unit: "balances",
  },
  `with coming as (
     select (data ->> 'accountId')::uuid as account_id, min((data ->> 'number')::bigint) as number from (${POSTED}) as f group by 1),
   last as (
     select distinct on (e.account_id, e.business_date) e.account_id, e.business_date, e.balance_after
       from entries e left join coming c on c.account_id = e.account_id
      where c.number is null or e.number < c.number
      order by e.account_id, e.business_date, e.number desc)
   select format('%s/%s', coalesce(s.account_id, last.account_id), coalesce(s.business_date, last.business_date)) as ord, 1 as size,
          case when s.balance is distinct from last.balance_after then
            format('account %s is shown at %s for %s, its last entry leaves %s', coalesce(s.account_id, last.account_id),
                   coalesce(s.balance::text, 'nothing'), coalesce(s.business_date, last.business_date), coalesce(last.balance_after::text, 'nothing'))
          end as problem
     from analytics.balances s full join last on last.account_id = s.account_id and last.business_date = s.business_date`,
);

/** Both are written by the same commits. */
export const spellsAreOfTheBalances = sqlCheck(
  {
    id: "5d",
    rules: ["AN-1"],
    says: "who is below zero at the close of which dates is what the balances by day say",
    unit: "spells below zero",
  },
  `select format('%s/%s', coalesce(s.account_id, b.account_id), coalesce(s.since, b.since)) as ord, 1 as size,
          case when s.since is null or b.since is null or s.until is distinct from b.until then
            format('account %s is shown below zero from %s to %s, by its balances it is from %s to %s', coalesce(s.account_id, b.account_id),
                   coalesce(s.since::text, 'never'), coalesce(s.until::text, 'now'), coalesce(b.since::text, 'never'), coalesce(b.until::text, 'now'))
          end as problem
     from analytics.below s full join analytics.below_by_balances b on b.account_id = s.account_id and b.since = s.since`,
);

export const completionsAreDoneTasks = sqlCheck(
  {
    id: "5c",
    rules: ["AN-2"],
    says: "the tasks among which the most expensive is looked for are the done ones, as they were done",
    unit: "completions",
  },
  `with done as (
     select t.id, t.number, t.reward, t.assignee_id, t.completed_at, h.business_date
       from tasks t left join task_history h on h.task_id = t.id and h.kind = 'completed' where t.status = 'done'),
   coming as (
     select distinct (data ->> 'taskId')::uuid as id from (${inFlight("analytics", "tasks", ["task.completed"])}) as f)
   select coalesce(s.task_id, done.id)::text as ord, 1 as size,
          case
            when done.id is null then format('task %s is shown as completed and is not done', s.task_id)
            when s.task_id is null and c.id is null then format('task %s is done and not shown as completed', done.id)
            when s.task_id is not null and (s.number, s.reward, s.assignee_id, s.completed_at)
                 is distinct from (done.number, done.reward, done.assignee_id, done.completed_at) then
              format('task %s is shown with the reward %s for %s, the board has %s for %s', done.id, s.reward, s.assignee_id, done.reward, done.assignee_id)
            when s.business_date <> done.business_date then
              format('task %s is shown as completed on %s, its history says %s', done.id, s.business_date, done.business_date)
          end as problem
     from analytics.completions s full join done on done.id = s.task_id left join coming c on c.id = done.id`,
);
