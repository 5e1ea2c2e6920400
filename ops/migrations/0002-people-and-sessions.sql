-- The directory's people, and the edge's log-ins.

create table users (
  id            uuid primary key,
  email         text not null unique,
  name          text not null,
  role          text not null check (role in ('admin', 'manager', 'accountant', 'employee')),
  active        boolean not null default true,
  locale        text not null default 'en',
  notifications jsonb not null,
  created_at    timestamptz not null,
  changed_at    timestamptz not null
);
create index users_changed on users (changed_at);

create table credentials (
  user_id       uuid primary key,
  password_hash text not null,
  changed_at    timestamptz not null default now()
);

-- A family is one log-in; each refresh replaces the token. An old token shown again revokes the family.
create table sessions (
  id            uuid primary key,
  user_id       uuid not null,
  token_hash    text not null,
  previous_hash text,
  created_at    timestamptz not null default now(),
  refreshed_at  timestamptz not null default now(),
  expires_at    timestamptz not null,
  revoked_at    timestamptz
);
create index sessions_by_user on sessions (user_id);
create index sessions_revoked on sessions (revoked_at) where revoked_at is not null;

create table signing_keys (
  kid         text primary key,
  private_jwk jsonb not null,
  created_at  timestamptz not null default now()
);
