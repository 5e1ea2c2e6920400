-- The board: its date, its replica of people, tasks, their history, and jobs.

create table board (
  only_one      boolean primary key default true check (only_one),
  business_date date not null,
  last_number   integer not null,
  totals        jsonb not null,
  shuffles      jsonb not null
);

create table board_people (
  id     uuid primary key,
  name   text not null,
  role   text not null,
  active boolean not null
);

create table tasks (
  id           uuid primary key,
  number       integer not null unique,
  title        text not null,
  jira_id      text,
  description  text,
  status       text not null check (status in ('open', 'in-progress', 'done', 'cancelled')),
  assignee_id  uuid not null,
  former_ids   uuid[] not null default '{}',
  created_by   uuid not null,
  fee          bigint not null,
  reward       bigint not null,
  assignments  integer not null,
  created_at   timestamptz not null,
  assigned_at  timestamptz not null,
  completed_at timestamptz,
  version      integer not null
);
create index tasks_by_status on tasks (status, number desc);
create index tasks_by_assignee on tasks (assignee_id, status, number desc);

create table task_history (
  id            uuid primary key,
  task_id       uuid not null,
  at            timestamptz not null,
  kind          text not null check (kind in ('created', 'assigned', 'started', 'edited', 'completed', 'cancelled')),
  by_id         uuid not null,
  assignee_id   uuid not null,
  business_date date not null,
  trace_id      text
);
create index task_history_by_task on task_history (task_id, id);

create table jobs (
  id         uuid primary key,
  kind       text not null,
  creator_id uuid not null,
  state      text not null check (state in ('queued', 'running', 'done', 'failed')),
  done       integer not null,
  total      integer not null,
  result     jsonb,
  errors     jsonb not null default '[]',
  changed_at timestamptz not null
);
