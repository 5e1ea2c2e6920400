-- Schedules (JOB-1), and what the scheduler must know of others: people, and up to which date days are sealed.

create table schedules (
  id            uuid primary key,
  name          text not null,
  cron          text not null,
  catch_up      text not null check (catch_up in ('skip', 'one', 'all')),
  work          jsonb not null,
  is_paused     boolean not null,
  is_removed    boolean not null,
  revision      int not null,
  next_due_at   timestamptz,
  last_fired_at timestamptz,
  times_fired   bigint not null,
  written_by    uuid
);

create table schedule_people (
  id     uuid primary key,
  role   text not null,
  active boolean not null
);

-- What schedules have granted: what bonus entries are compared with (ops/verify).
create table schedule_bonuses (
  id          uuid primary key,
  schedule_id uuid not null,
  account_id  uuid not null,
  amount      bigint not null check (amount > 0),
  granted_at  timestamptz not null
);

create table schedule_sealed (
  only_one boolean primary key default true check (only_one),
  up_to    date not null
);

insert into schedule_people (id, role, active) select id, role, active from users;
insert into schedule_sealed (up_to) select max(business_date) from days where state = 'closed' having count(*) > 0;

-- The scheduler begins to read topics that others have read for long: what was said in them is in the rows above.
with given as (
  select channel || '<' || '/ates/' || kind || '/' || partition as mark, number
    from partitions cross join lateral jsonb_each(outbox) as each (channel, number)
   where split_part(channel, '/', 1) in ('users', 'day'))
update partitions set inbox = inbox || coalesce((select jsonb_object_agg(mark, number) from given), '{}')
 where kind = 'scheduler';
