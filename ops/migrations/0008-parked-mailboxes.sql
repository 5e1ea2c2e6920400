-- Parked mailboxes (G8): a failing message parks its actor, and it and all later messages of that actor wait here in
-- their order (place) until it succeeds: 'parked' (tried again), 'held' (money: waits for an operator), 'dead' (given up).
-- An operator's wish (asked) is carried out by the partition's owner, in one of its own commits.

alter table dead_letters
  add column place    bigint not null default 0,
  add column asked    text check (asked in ('replay', 'drop')),
  add column asked_at timestamptz;
create index dead_letters_waiting on dead_letters (kind, partition, actor, place) where state in ('parked', 'held');
create index dead_letters_asked on dead_letters (asked_at, place) where asked is not null;

-- committed_epoch: the epoch of the last commit. Owners that end without one, again and again, are a crash loop; then
-- messages are decided one at a time: suspect names the one that is, suspected_by the host, lost_over_it how many before.
alter table partitions
  add column committed_epoch bigint not null default 0,
  add column suspect         text,
  add column suspected_by    uuid,
  add column lost_over_it    integer not null default 0;

-- What operators and privileged people did: by whom, to what, why.
create table audit_log (
  id       bigint generated always as identity primary key,
  at       timestamptz not null default now(),
  by_id    uuid,          -- null: the command line
  by_name  text not null,
  action   text not null, -- e.g. dead-letter.replay
  subject  text not null, -- what it was done to, e.g. dead-letter/<id>
  reason   text,
  detail   jsonb not null default '{}',
  trace_id text
);

-- An entry of an ended date that was parked when its barrier came is booked on the date that is open then; late_of
-- names its own. Books keep what is late on the open date, and what waits in parked mailboxes for it.
alter table entries add column late_of date;
alter table books
  add column late    jsonb not null default '{"fees": 0, "feesMinor": 0, "rewards": 0, "rewardsMinor": 0}',
  add column waiting jsonb not null default '{}';
