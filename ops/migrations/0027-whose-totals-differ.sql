-- Control totals that differ by one person's facts hold that person alone, until an operator says how it was mended
-- (DAY-4). Sums of the day that is under way have no weight yet: a difference in it holds whoever moved, as before.

alter table board add column weights jsonb not null default '[]';
alter table books add column weight bigint not null default 0;
alter table accounts add column held_since date;
create index accounts_held on accounts (id) where held_since is not null;
