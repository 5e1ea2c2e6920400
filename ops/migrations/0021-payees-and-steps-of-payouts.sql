-- Where payouts go (PAY-2), and how each got there: what was asked of the provider and what it answered (PAY-1).

create table payees (
  account_id uuid primary key,
  iban       text not null,
  holder     text not null,
  changed_at timestamptz not null
);

alter table payouts
  add column payee      jsonb,
  add column provider   text,
  add column settled_at timestamptz,
  add column steps      jsonb not null default '[]';

-- Until now there was one provider, which moves no money, and what was paid stayed paid.
update payouts set provider = 'sandbox';
update payouts set settled_at = updated_at where state = 'settled';
