-- The installation's fixed values and the runtime's tables: hosts, partitions, outbox, commands, later, dead letters.

create table installation (
  only_one    boolean primary key default true check (only_one),
  name        text not null,
  currency    text not null,
  time_zone   text not null,
  cut_off     text not null,
  partitions  integer not null check (partitions between 1 and 1024),
  secret      text not null,
  first_date  date not null,
  fee         jsonb not null,
  reward      jsonb not null,
  excluded_roles text[] not null,
  created_at  timestamptz not null default now()
);

-- One row per running process that can own partitions; liveness is beat_at by the database's clock only.
create table hosts (
  id         uuid primary key,
  name       text not null,
  draining   boolean not null default false,
  started_at timestamptz not null default now(),
  beat_at    timestamptz not null default now()
);

-- The lease, and everything that moves with a batch: one narrow row, updated once per commit (G1, G2).
-- inbox: '<topic>/<topic partition><source' → last number applied. outbox: '<topic>/<topic partition>' → last number given.
-- cursors: '<topic>/<topic partition>' → id of the last stream entry acknowledged.
create table partitions (
  kind      text not null,
  partition integer not null,
  owner     uuid,
  epoch     bigint not null default 0,
  inbox     jsonb not null default '{}',
  outbox    jsonb not null default '{}',
  cursors   jsonb not null default '{}',
  primary key (kind, partition)
) with (fillfactor = 40);

create table outbox (
  kind            text not null,
  partition       integer not null,
  topic           text not null,
  topic_partition integer not null,
  sequence        bigint not null,
  envelope        text not null,
  primary key (kind, partition, topic, topic_partition, sequence)
);

-- A command's durable outcome: what the edge answers when the command is repeated (EDGE-2).
-- state 'pending' rows are promises of the edge (202): they hold the envelope until an actor has decided it.
create table commands (
  id          uuid primary key,
  sender      uuid,
  fingerprint text not null,
  topic       text not null,
  type        text not null,
  state       text not null check (state in ('pending', 'done')),
  accepted    boolean,
  code        text,
  body        json, -- as text, so that a repeated answer is the same to the letter
  envelope    text,
  trace_id    text,
  created_at  timestamptz not null default now(),
  done_at     timestamptz
);
create index commands_pending on commands (topic, created_at) where state = 'pending';

-- Messages an actor has for later: timers (gateway is null) and calls of the outside that must happen (effects).
create table later (
  kind      text not null,
  partition integer not null,
  id        uuid not null,
  due_at    timestamptz not null,
  gateway   text,
  envelope  text not null,
  primary key (kind, partition, id)
);

create table dead_letters (
  id         uuid primary key,
  kind       text not null,
  partition  integer not null,
  topic      text,
  actor      text not null,
  type       text not null,
  code       text not null,
  reason     text not null,
  attempts   integer not null default 1,
  state      text not null check (state in ('parked', 'held', 'dead')),
  trace_id   text,
  envelope   text not null,
  first_at   timestamptz not null default now(),
  last_at    timestamptz not null default now()
);
create index dead_letters_by_partition on dead_letters (kind, partition, actor);
