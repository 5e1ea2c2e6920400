-- What people were assigned and have not been told of yet (NOT-2), and the paper that goes with a mail (PAY-4).
create table mail_digests (
  user_id       uuid primary key,
  count         integer not null,
  tasks         jsonb not null,
  first_at      timestamptz not null,
  last_at       timestamptz not null,
  business_date date not null
);

alter table mail_words add column statement jsonb;
