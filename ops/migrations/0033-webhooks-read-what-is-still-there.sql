-- An installation that is older than webhooks (0022) gave them partitions that wait for the first number of each channel,
-- which nobody has any more: nothing was told to anybody, the outbox kept everything, and when Redis lost its streams none
-- of it was published again (G5, EDGE-4). They go on with the oldest of what is still there.

with oldest as (
  select jsonb_object_agg(channel || '</ates/' || s.kind || '/' || s.partition,
           coalesce((select min(o.sequence) - 1 from outbox o
                      where o.kind = s.kind and o.partition = s.partition
                        and o.topic || '/' || o.topic_partition = channel), number::bigint)) as marks
    from partitions s cross join lateral jsonb_each_text(s.outbox) as given (channel, number)
   where split_part(channel, '/', 1) in ('users', 'tasks', 'ledger', 'payouts', 'day'))
update partitions set inbox = coalesce((select marks from oldest), '{}') || inbox where kind = 'webhook';
