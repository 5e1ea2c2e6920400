-- Imports of tasks from files: read and checked by the edge, made into tasks by the board piece by piece.
alter table board add column imports jsonb not null default '[]';

create table imports (
  job_id      uuid primary key,
  creator_id  uuid not null,
  fingerprint text not null, -- of the request: tells its repeat from another under the same key
  columns     jsonb not null, -- the file's header
  created_at  timestamptz not null default now()
);
create index imports_by_age on imports (created_at);

-- Good rows that are not tasks yet.
create table import_pieces (
  job_id uuid not null references imports on delete cascade,
  number integer not null,
  rows   jsonb not null,
  primary key (job_id, number)
);

-- Rows that no task can be made of, with why, as they stood in the file.
create table import_rejects (
  job_id uuid not null references imports on delete cascade,
  row    integer not null,
  errors jsonb not null,
  cells  jsonb not null,
  primary key (job_id, row)
);

-- A row is known by its Jira id.
create index tasks_by_jira_id on tasks (jira_id) where jira_id is not null;
