-- Public keys of people's authenticators, and challenges that are to be signed: each is answered once.

create table passkeys (
  id           text primary key,
  user_id      uuid not null,
  name         text not null,
  public_key   bytea not null,
  counter      bigint not null,
  transports   text[] not null,
  created_at   timestamptz not null default now(),
  last_used_at timestamptz
);
create index passkeys_by_user on passkeys (user_id);

create table challenges (
  challenge  text primary key,
  user_id    uuid,
  expires_at timestamptz not null
);
create index challenges_by_end on challenges (expires_at);
