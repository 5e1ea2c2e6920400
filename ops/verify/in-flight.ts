/**
 * Facts on their way: numbered by their source and not yet applied by a consumer. The outbox keeps each until every
 * group has it, and its row, its number and the consumer's mark are of one snapshot, so what a consumer has booked and
 * what is on its way to it make exactly what the source has stated: checks are exact while traffic flows (G5).
 *
 * A fact that waits in a parked mailbox, or is dead, counts as on its way: it is kept to be tried again, and is reported
 * once, as a letter, instead of as a hole in everything that follows from it. What an operator has dropped counts, too:
 * the audit log keeps it, with the reason.
 */
import type { FactType } from "../../schemas/generated/messages.ts";
import { KINDS, type Kind, type Topic } from "../../streams/topology.ts";

/** Codes of letters whose envelope was understood. */
const UNDERSTOOD = "('handler_failed', 'data_refused', 'host_lost', 'not_yet', 'waits')";

/** A select of `partition` (the consumer's), `type` and `data` (json). All of it is ours: no parameter, no stranger. */
export function inFlight(consumer: Kind, topic: Topic, types: readonly FactType[]): string {
  const partition = KINDS[consumer].spread === "one" ? "0" : "o.topic_partition";
  const wanted = `(${types.map((type) => `'${type}'`).join(", ")})`;
  return `
    select c.partition, o.envelope::json ->> 'type' as type, o.envelope::json -> 'data' as data
      from outbox o join partitions c on c.kind = '${consumer}' and c.partition = ${partition}
     where o.topic = '${topic}'
       and o.sequence > coalesce((c.inbox ->> (o.topic || '/' || o.topic_partition || '</ates/' || o.kind || '/' || o.partition))::bigint, 0)
       and o.envelope::json ->> 'type' in ${wanted}
    union all
    select d.partition, d.type, d.envelope::json -> 'data'
      from dead_letters d
     where d.kind = '${consumer}' and d.topic = '${topic}' and d.type in ${wanted} and d.code in ${UNDERSTOOD}
       and d.asked is distinct from 'drop'
    union all
    select (a.letter ->> 'partition')::int, a.letter ->> 'type', (a.letter ->> 'envelope')::json -> 'data'
      from (select detail -> 'letter' as letter from audit_log where action = 'dead-letter.drop') as a
     where a.letter ->> 'kind' = '${consumer}' and a.letter ->> 'topic' = '${topic}' and a.letter ->> 'type' in ${wanted}
       and a.letter ->> 'code' in ${UNDERSTOOD}`;
}
