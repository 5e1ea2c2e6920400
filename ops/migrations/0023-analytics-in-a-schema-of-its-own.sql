-- The analytics read side in a schema of its own (AN-3), with the facts it is made of, so that it can be made again when
-- streams are trimmed and the outbox has forgotten them; and views for reports, which are the documented part of it.

create schema analytics;
alter table analytics_people set schema analytics;
alter table analytics.analytics_people rename to people;
alter table analytics_income set schema analytics;
alter table analytics.analytics_income rename to income;
alter table analytics_balances set schema analytics;
alter table analytics.analytics_balances rename to balances;
alter table analytics_completions set schema analytics;
alter table analytics.analytics_completions rename to completions;
alter table analytics_below set schema analytics;
alter table analytics.analytics_below rename to below;
alter view analytics_below_by_balances set schema analytics;
alter view analytics.analytics_below_by_balances rename to below_by_balances;

-- What was heard, in the order of each partition; json, not jsonb: it is read whole and never searched.
create table analytics.facts (
  partition integer not null,
  number    bigint generated always as identity,
  schema    text not null,
  data      json not null,
  primary key (partition, number)
);

-- In a database of its own for analytics: up to which fact of a partition its rows are made. Empty anywhere else.
create table analytics.followed (
  partition integer primary key,
  number    bigint not null
);

-- What was heard before this table was there, from the rows it was said of: here alone the read side looks into the
-- books. What is still on its way will be heard, and is left out.
with mark as (select partition, inbox from partitions where kind = 'analytics'),
     coming as (
       select o.envelope::json ->> 'type' as type, o.envelope::json -> 'data' as data
         from outbox o join mark m on m.partition = o.topic_partition
        where o.topic in ('users', 'tasks', 'ledger')
          and o.sequence > coalesce((m.inbox ->> (o.topic || '/' || o.topic_partition || '</ates/' || o.kind || '/' || o.partition))::bigint, 0)
       union all
       select type, envelope::json -> 'data' from dead_letters where kind = 'analytics'),
     said as (
       select e.partition, 1 as rank, e.account_id, e.number, 'urn:ates:ledger.entry-posted:2' as schema,
              json_strip_nulls(json_build_object(
                'transferId', e.transfer_id, 'accountId', e.account_id, 'number', e.number, 'kind', e.kind,
                'amountMinor', e.amount, 'balanceAfterMinor', e.balance_after, 'counterAccount', e.counter_account,
                'taskId', e.task_id, 'title', e.title, 'jiraId', e.jira_id, 'payoutId', e.payout_id,
                'businessDate', e.business_date, 'lateOf', e.late_of, 'occurredAt', to_char(e.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                'traceId', e.trace_id, 'hash', e.hash)) as data
         from entries e
        where not exists (select from coming c where c.type = 'ledger.entry-posted'
                             and (c.data ->> 'accountId')::uuid = e.account_id and (c.data ->> 'number')::bigint = e.number)
       union all
       select a.partition, 2, c.task_id, 0, 'urn:ates:task.completed:2',
              json_strip_nulls(json_build_object(
                'taskId', c.task_id, 'number', c.number, 'title', c.title, 'jiraId', c.jira_id, 'assigneeId', c.assignee_id,
                'feeMinor', t.fee, 'rewardMinor', c.reward, 'by', c.assignee_id, 'businessDate', c.business_date,
                'occurredAt', to_char(c.completed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
         from analytics.completions c join tasks t on t.id = c.task_id join accounts a on a.id = c.assignee_id
       union all
       select a.partition, 0, u.id, 0, 'urn:ates:user.profile-changed:1',
              json_build_object('userId', u.id, 'name', p.name, 'locale', u.locale, 'notifications', u.notifications,
                'occurredAt', to_char(u.changed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
         from analytics.people p join users u on u.id = p.id join accounts a on a.id = p.id)
insert into analytics.facts (partition, schema, data)
  select partition, schema, data from said order by partition, rank, account_id, number;

create schema reports;

create view reports.income_by_day as
  select business_date, sum(fees)::bigint as fees, sum(rewards)::bigint as rewards, (sum(fees) - sum(rewards))::bigint as income
    from analytics.income group by business_date;
comment on schema reports is 'What reports and Grafana may read: views on the analytics read side. Amounts are whole minor units of the company''s currency; dates are business dates.';
comment on view reports.income_by_day is 'Management income of each business date with a fee or a reward (AN-1). Payouts, returns, bonuses and corrections never count.';
comment on column reports.income_by_day.business_date is 'The business date.';
comment on column reports.income_by_day.fees is 'Fees charged for assignments.';
comment on column reports.income_by_day.rewards is 'Rewards paid for completed tasks.';
comment on column reports.income_by_day.income is 'Fees less rewards: what the management has earned.';

create view reports.balances_by_day as
  select b.business_date, b.account_id as user_id, p.name, b.balance
    from analytics.balances b left join analytics.people p on p.id = b.account_id;
comment on view reports.balances_by_day is 'The balance of an account after its last entry of each business date on which it moved.';
comment on column reports.balances_by_day.business_date is 'A business date with an entry of the account.';
comment on column reports.balances_by_day.user_id is 'Whose account.';
comment on column reports.balances_by_day.name is 'The person''s name now.';
comment on column reports.balances_by_day.balance is 'After the last entry of the date; negative = the person owes.';

create view reports.balances_now as
  select distinct on (user_id) user_id, name, balance, business_date as moved_on
    from reports.balances_by_day order by user_id, business_date desc;
comment on view reports.balances_now is 'The balance of every account that ever moved.';
comment on column reports.balances_now.user_id is 'Whose account.';
comment on column reports.balances_now.name is 'The person''s name now.';
comment on column reports.balances_now.balance is 'Now; negative = the person owes.';
comment on column reports.balances_now.moved_on is 'The business date of its last entry.';

create view reports.below_zero as
  select s.account_id as user_id, p.name, s.since, s.until
    from analytics.below s left join analytics.people p on p.id = s.account_id;
comment on view reports.below_zero is 'Who was below zero at the close of which business dates (AN-1): one row per spell.';
comment on column reports.below_zero.user_id is 'Whose account.';
comment on column reports.below_zero.name is 'The person''s name now.';
comment on column reports.below_zero.since is 'The first business date that closed below zero.';
comment on column reports.below_zero.until is 'The first one after it that did not; null = still below zero.';

create view reports.below_zero_by_day as
  select d.business_date, count(s.account_id) as people
    from (select distinct business_date from analytics.balances) as d
    left join analytics.below s on daterange(s.since, s.until) @> d.business_date
   group by d.business_date;
comment on view reports.below_zero_by_day is 'How many people were below zero at the close of each business date with an entry (AN-1).';
comment on column reports.below_zero_by_day.business_date is 'The business date.';
comment on column reports.below_zero_by_day.people is 'How many people; of the current date: now.';

create view reports.completed_tasks as
  select c.business_date, c.completed_at, c.task_id, c.number, c.title, c.jira_id, c.reward, c.assignee_id, p.name as assignee
    from analytics.completions c left join analytics.people p on p.id = c.assignee_id;
comment on view reports.completed_tasks is 'Every completed task with its reward: what the most expensive one is looked for among (AN-2).';
comment on column reports.completed_tasks.business_date is 'The business date on which it was completed.';
comment on column reports.completed_tasks.completed_at is 'When it was completed.';
comment on column reports.completed_tasks.task_id is 'The task.';
comment on column reports.completed_tasks.number is 'Its number on the board.';
comment on column reports.completed_tasks.title is 'Its title when it was completed.';
comment on column reports.completed_tasks.jira_id is 'Its Jira id, if it has one.';
comment on column reports.completed_tasks.reward is 'What was paid for it.';
comment on column reports.completed_tasks.assignee_id is 'Who completed it.';
comment on column reports.completed_tasks.assignee is 'The name of who completed it, now.';

create view reports.top_task_by_period as
  select distinct on (l.length, l.first_date) l.length, l.first_date, t.number, t.title, t.jira_id, t.reward, t.assignee, t.completed_at,
         count(*) over (partition by l.length, l.first_date, t.reward) as ties
    from reports.completed_tasks t
   cross join lateral (values ('day', t.business_date), ('week', date_trunc('week', t.business_date)::date),
                              ('month', date_trunc('month', t.business_date)::date)) as l (length, first_date)
   order by l.length, l.first_date, t.reward desc, t.completed_at, t.number;
comment on view reports.top_task_by_period is 'The most expensive task of each day, ISO week and month with a completion (AN-2); of equal rewards the earliest.';
comment on column reports.top_task_by_period.length is 'day, week or month.';
comment on column reports.top_task_by_period.first_date is 'The period''s first business date: a Monday, or the first of the month.';
comment on column reports.top_task_by_period.number is 'The task''s number on the board.';
comment on column reports.top_task_by_period.title is 'Its title.';
comment on column reports.top_task_by_period.jira_id is 'Its Jira id, if it has one.';
comment on column reports.top_task_by_period.reward is 'The highest reward of the period.';
comment on column reports.top_task_by_period.assignee is 'Who completed it.';
comment on column reports.top_task_by_period.completed_at is 'When.';
comment on column reports.top_task_by_period.ties is 'How many tasks of the period have this reward, this one included.';
