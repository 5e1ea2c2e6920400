-- Corrections and bonuses: proposed by one, decided by another, booked once as a transfer of the same id (ACC-5).

create table corrections (
  id          uuid primary key,
  account_id  uuid not null,
  kind        text not null check (kind in ('correction', 'bonus')),
  amount      bigint not null check (amount <> 0),
  reason      text not null,
  state       text not null check (state in ('proposed', 'approved', 'rejected')),
  proposed_by uuid not null,
  proposed_at timestamptz not null,
  decided_by  uuid,
  decided_at  timestamptz,
  decision    text,
  check ((state = 'proposed') = (decided_by is null)),
  check (state <> 'approved' or decided_by <> proposed_by)
);
create index corrections_by_state on corrections (state, id);
create index entries_by_hand on entries (transfer_id) where kind in ('correction', 'bonus');
