-- Rows of the audit log form one chain: each holds the hash of itself and of the row before, and their numbers have no
-- gap, so that a row that is changed, taken out or put between is named by `ates verify`. The head knows the last one,
-- so that rows cut off at the end are missed, too. Whoever inserts waits here for whoever was first: it is the last
-- thing a transaction does.

alter table audit_log alter column id drop identity, add column hash text;

create table audit_head (
  only_one boolean primary key default true check (only_one),
  last_id  bigint not null,
  hash     text not null
);

create function audit_hash(before text, at timestamptz, by_id uuid, by_name text, action text, subject text,
                           reason text, detail jsonb, trace_id text)
returns text language sql immutable as $$
  select encode(sha256(convert_to(jsonb_build_array(before, (extract(epoch from at) * 1000000)::bigint, by_id, by_name,
                                                    action, subject, reason, detail, trace_id)::text, 'UTF8')), 'hex')
$$;

-- Rows from before the chain get the numbers they would have had.
with recursive numbered as (
  select l.*, row_number() over (order by id) as place from audit_log l),
chain (old_id, place, hash) as (
  select null::bigint, 0::bigint, ''
  union all
  select n.id, n.place, audit_hash(c.hash, n.at, n.by_id, n.by_name, n.action, n.subject, n.reason, n.detail, n.trace_id)
    from chain c join numbered n on n.place = c.place + 1)
update audit_log l set id = -c.place, hash = c.hash from chain c where c.old_id = l.id;
update audit_log set id = -id;
insert into audit_head (last_id, hash)
  select count(*), coalesce((select hash from audit_log order by id desc limit 1), '') from audit_log;
alter table audit_log alter column hash set not null;

create function chain_audit_row() returns trigger language plpgsql as $$
declare
  head audit_head;
begin
  select * into strict head from audit_head for update;
  new.id := head.last_id + 1;
  new.hash := audit_hash(head.hash, new.at, new.by_id, new.by_name, new.action, new.subject, new.reason, new.detail,
                         new.trace_id);
  update audit_head set last_id = new.id, hash = new.hash;
  return new;
end
$$;
create trigger chain_audit_row before insert on audit_log for each row execute function chain_audit_row();
