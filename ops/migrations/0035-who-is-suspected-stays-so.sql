-- Over what owners of the partition were lost, each with the host that noted it last and how many were lost before: a note
-- goes with the commit of what it names, not with any other. suspect, suspected_by and lost_over_it of 0008 are for
-- workers of the release before, which run on while others are upgraded; nobody else reads them.
alter table partitions add column suspects jsonb not null default '{}';
