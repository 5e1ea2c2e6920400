-- Who outside is told of facts (NOT-1), and how each telling stands. Secrets are derived and stand nowhere.
create table webhooks (
  id             uuid primary key,
  url            text not null,
  types          jsonb not null,
  description    text not null,
  state          text not null check (state in ('active', 'paused', 'disabled', 'deleted')),
  secret_version integer not null,
  previous_until timestamptz,
  failing_since  timestamptz,
  failure        text,
  deliveries     bigint not null,
  under_way      integer not null check (under_way >= 0),
  waiting        integer not null check (waiting >= 0),
  created_by     uuid not null,
  created_at     timestamptz not null,
  changed_at     timestamptz not null
);

create table webhook_deliveries (
  id              uuid primary key,
  webhook_id      uuid not null,
  number          bigint not null,
  fact_id         uuid not null,
  type            text not null,
  body            text not null,
  state           text not null check (state in ('waiting', 'calling', 'retrying', 'delivered', 'failed')),
  attempts        integer not null,
  started_at      timestamptz not null,
  next_attempt_at timestamptz,
  status          integer,
  failure         text,
  duration_ms     integer,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  unique (webhook_id, number)
);
create index webhook_deliveries_in_line on webhook_deliveries (webhook_id, number) where state = 'waiting';
