-- What follows the close: sealed days, payouts, mails.

create table days (
  business_date date primary key,
  state         text not null check (state in ('closing', 'closed')),
  sent          jsonb,
  partitions    jsonb not null,
  fees          bigint not null default 0,
  rewards       bigint not null default 0,
  payouts       integer not null default 0,
  payouts_total bigint not null default 0,
  held          jsonb not null default '[]',
  seal_hash     text,
  ended_at      timestamptz,
  closed_at     timestamptz
);

create table payouts (
  id            uuid primary key,
  account_id    uuid not null,
  business_date date not null,
  amount        bigint not null check (amount > 0),
  breakdown     jsonb not null,
  state         text not null check (state in ('requested', 'submitted', 'settled', 'failed', 'returned')),
  attempts      integer not null,
  failure       text,
  updated_at    timestamptz not null,
  unique (account_id, business_date)
);
create index payouts_by_date on payouts (business_date, id);

create table mail_people (
  id            uuid primary key,
  email         text not null,
  name          text not null,
  locale        text not null,
  active        boolean not null,
  notifications jsonb not null
);

create table mails (
  id         uuid primary key,
  user_id    uuid not null,
  template   text not null,
  recipient  text not null,
  subject    text not null,
  state      text not null check (state in ('pending', 'sent', 'failed')),
  attempts   integer not null,
  failure    text,
  business_date date,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index mails_by_date on mails (business_date, id);
