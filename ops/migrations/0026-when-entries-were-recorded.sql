-- When an entry was written, beside when its fact happened: what the books said at a moment, and what we know of it now
-- (ACC-8). Entries from before have no such time: it is taken to be that of their facts.

alter table entries add column recorded_at timestamptz;
alter table entries alter column recorded_at set default now();
