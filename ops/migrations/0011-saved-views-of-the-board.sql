-- What people look at again and again: a name for a choice of tasks and for how they are laid out. The edge's own table.
create table saved_views (
  id          uuid primary key,
  owner_id    uuid not null,
  name        text not null,
  query       jsonb not null,
  layout      text not null check (layout in ('board', 'list')),
  fingerprint text not null, -- of the request that made it: tells its repeat from another under the same key
  created_at  timestamptz not null default now(),
  changed_at  timestamptz not null default now(),
  unique (owner_id, name)
);
