-- Bank files of a day's payouts (PAY-2): approved once, kept as they were; a payout is in one file at most.

create table bank_files (
  id            uuid primary key,
  business_date date not null,
  part          integer not null,
  message_id    text not null unique,
  text          text not null default '',
  payouts       integer not null default 0,
  total         bigint not null default 0,
  approved_by   uuid not null,
  approved_at   timestamptz not null,
  downloads     integer not null default 0,
  downloaded_by uuid,
  downloaded_at timestamptz,
  unique (business_date, part)
);

create table bank_file_payouts (
  payout_id uuid primary key,
  file_id   uuid not null references bank_files (id)
);
