-- What a person recognizes a session by; and tokens for programs, of which only the hash is kept.

alter table sessions add column agent text, add column address text;

create table api_tokens (
  id           uuid primary key,
  user_id      uuid not null,
  name         text not null,
  token_hash   text not null,
  scopes       text[] not null,
  created_at   timestamptz not null default now(),
  expires_at   timestamptz not null,
  last_used_at timestamptz,
  revoked_at   timestamptz
);
create index api_tokens_by_user on api_tokens (user_id);
create index api_tokens_revoked on api_tokens (revoked_at) where revoked_at is not null;
