/**
 * Channels and dead letters (invariant 6): every fact is numbered, kept until everybody has it, and applied once (G5).
 * A letter of the money's actors that nothing will try again is money that is not where it should be; what is parked is
 * tried again, and another part's is only work to do.
 */
import { ALL_TOPICS, groupsOf, KINDS, type Kind } from "../../streams/topology.ts";
import { type Check, judge, sqlCheck } from "./check.ts";

const MONEY: readonly Kind[] = ["account", "day-close", "payment"];

const IS_MONEY = "(kind = any($1::text[]) and state in ('held', 'dead'))";

const LETTERS = `
  select to_char(first_at at time zone 'UTC', 'YYYYMMDDHH24MISSUS') as ord, 1 as size,
         format('%s letter %s: %s of %s in %s/%s, %s', state, id, type, actor, kind, partition, code) as problem
    from dead_letters where ${IS_MONEY} = $2::bool`;

export const nothingIsDead: Check = {
  id: "6a",
  rules: ["EVT-4", "G8"],
  says: "no message waits in a parked mailbox or is kept as a dead letter",
  unit: "letters",
  async run(reader) {
    const money = await judge(reader, LETTERS, [MONEY, true]);
    const others = await judge(reader, LETTERS, [MONEY, false]);
    const size = money.size + others.size;
    if (money.broken > 0) return { size, broken: size, first: money.first, verdict: "broken" };
    return { size, broken: others.broken, first: others.first, verdict: "warning" };
  },
};

/** After a restore of an older backup, or a hand at the table: the numbers would be given a second time. */
export const nobodyIsAheadOfItsSource = sqlCheck(
  {
    id: "6b",
    rules: ["EDGE-4", "G5"],
    says: "no consumer has applied a number that its source has not given",
    unit: "channels",
  },
  `with marks as (
     select c.kind, c.partition, regexp_match(m.key, '^([^<]+)</ates/([^/]+)/([0-9]+)$') as name, m.key, m.value::bigint as mark
       from partitions c cross join jsonb_each_text(c.inbox) as m)
   select format('%s/%s<%s', m.kind, lpad(m.partition::text, 6, '0'), m.key) as ord, 1 as size,
          case when m.mark > coalesce((s.outbox ->> m.name[1])::bigint, 0) then
            format('%s/%s has applied number %s of %s, whose source has given %s', m.kind, m.partition, m.mark, m.key,
                   coalesce((s.outbox ->> m.name[1])::bigint, 0))
          end as problem
     from marks m left join partitions s on s.kind = m.name[2] and s.partition = m.name[3]::int`,
);

const GROUPS = ALL_TOPICS.flatMap((topic) => groupsOf(topic).map((kind) => ({ topic, kind })));

export const outboxHoldsWhatIsMissing = sqlCheck(
  {
    id: "6c",
    rules: ["EDGE-4", "G6"],
    says: "the outbox holds every number that some group has not applied",
    unit: "channels",
  },
  `with given as (
     select s.kind, s.partition, split_part(o.key, '/', 1) as topic, split_part(o.key, '/', 2)::int as topic_partition, o.value::bigint as last
       from partitions s cross join jsonb_each_text(s.outbox) as o),
   channels as (
     select g.kind, g.partition, g.topic, g.topic_partition, g.last,
            min(coalesce((c.inbox ->> format('%s/%s</ates/%s/%s', g.topic, g.topic_partition, g.kind, g.partition))::bigint, 0)) as base
       from given g
       join unnest($1::text[], $2::text[], $3::bool[]) as own(topic, kind, is_one) on own.topic = g.topic
       join partitions c on c.kind = own.kind and c.partition = case when own.is_one then 0 else g.topic_partition end
      group by 1, 2, 3, 4, 5)
   select format('%s/%s>%s/%s', kind, lpad(partition::text, 6, '0'), topic, lpad(topic_partition::text, 6, '0')) as ord, 1 as size,
          case when kept.numbers < last - base then
            format('%s/%s has given %s/%s the numbers up to %s, applied are %s, and the outbox holds %s of those between', kind,
                   partition, topic, topic_partition, last, base, kept.numbers)
          end as problem
     from channels c
     cross join lateral (
       select count(*) as numbers from outbox o
        where o.kind = c.kind and o.partition = c.partition and o.topic = c.topic and o.topic_partition = c.topic_partition
          and o.sequence > c.base and o.sequence <= c.last) as kept`,
  () => [
    GROUPS.map((group) => group.topic),
    GROUPS.map((group) => group.kind),
    GROUPS.map((group) => KINDS[group.kind].spread === "one"),
  ],
);
