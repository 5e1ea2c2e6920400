-- Links that are mailed: each sets a password once. Their secrets are kept nowhere (schemas/link-token.ts).
create table links (
  id         uuid primary key,
  user_id    uuid not null,
  purpose    text not null check (purpose in ('invitation', 'reset')),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at    timestamptz
);
create index links_by_user on links (user_id, created_at);
