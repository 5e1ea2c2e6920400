-- The book. An entry is one transfer between a person's ledger account and a house account, seen from the person;
-- house accounts are striped per partition, so that no two partitions write the same row (ACC-5).

create table accounts (
  id             uuid primary key,
  partition      integer not null,
  balance        bigint not null,
  entries        bigint not null,
  head_hash      text not null,
  last_date date,
  day            jsonb not null
);
create index accounts_to_close on accounts (partition, id) where balance > 0;

create table house_accounts (
  name      text not null,
  partition integer not null,
  balance   bigint not null,
  primary key (name, partition)
) with (fillfactor = 40);

create table entries (
  account_id      uuid not null,
  number          bigint not null,
  transfer_id     uuid not null,
  kind            text not null check (kind in ('fee', 'reward', 'payout', 'payout-return', 'bonus', 'correction')),
  amount          bigint not null,
  balance_after   bigint not null,
  counter_account text not null,
  partition       integer not null,
  task_id         uuid,
  title           text,
  jira_id         text,
  payout_id       uuid,
  business_date   date not null,
  occurred_at     timestamptz not null,
  trace_id        text not null,
  hash            text not null,
  primary key (account_id, number)
);
create index entries_by_task on entries (task_id) where task_id is not null;
create index entries_by_date on entries (business_date, kind);

-- Entries are never changed or deleted (ACC-5): not even by a hand at the database.
create function entries_are_final() returns trigger language plpgsql as $$
begin
  raise exception 'ledger entries are never changed or deleted; book a correction instead';
end $$;
create trigger entries_are_final before update or delete on entries
  for each statement execute function entries_are_final();

-- One row per account partition: the open business date, what was posted for it, and the closes still under way.
create table books (
  partition     integer primary key,
  business_date date not null,
  posted        jsonb not null,
  closings      jsonb not null
);
