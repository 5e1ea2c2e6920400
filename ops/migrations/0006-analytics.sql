-- The analytics read side: built only from facts, never from the ledger's tables (AN-3).

create table analytics_people (
  id   uuid primary key,
  name text not null
);

create table analytics_income (
  business_date date not null,
  partition     integer not null,
  fees          bigint not null,
  rewards       bigint not null,
  primary key (business_date, partition)
) with (fillfactor = 60);

-- The balance of an account after its last movement of each business date; the newest row is the balance now.
create table analytics_balances (
  account_id    uuid not null,
  business_date date not null,
  balance       bigint not null,
  primary key (account_id, business_date)
);
create index analytics_balances_by_date on analytics_balances (business_date);

create table analytics_completions (
  task_id       uuid primary key,
  business_date date not null,
  reward        bigint not null,
  completed_at  timestamptz not null,
  number        integer not null,
  title         text not null,
  jira_id       text,
  assignee_id   uuid not null
);
create index analytics_completions_top on analytics_completions (business_date, reward desc, completed_at);
