/** Rows of the audit log for privileged commands, in the commit that accepts them (schemas/deeds.ts). */
import { type Statement, writing } from "./statement.ts";
import type { CommandRow } from "./store.ts";

export function insertDeeds(commands: readonly CommandRow[]): Statement[] {
  const rows = commands.flatMap(({ deed, sender, traceId }) =>
    deed === undefined ? [] : { ...deed, sender, traceId },
  );
  return writing(
    "deeds",
    `insert into audit_log (by_id, by_name, action, subject, reason, detail, trace_id)
     select n.by_id, coalesce((select name from users u where u.id = n.by_id), n.source), n.action, n.subject, n.reason,
            n.detail, n.trace_id
       from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::text[])
              as n(by_id, source, action, subject, reason, detail, trace_id)`,
    rows,
    ({ sender }) => sender,
    ({ source }) => source,
    ({ action }) => action,
    ({ subject }) => subject,
    ({ reason }) => reason,
    ({ detail }) => JSON.stringify(detail),
    ({ traceId }) => traceId,
  );
}
