/** The audit log of privileged actions: nothing in it was changed, taken out, put between or cut off. */
import { sqlCheck } from "./check.ts";

/** A row whose hash is wrong is named alone: those after it are judged by the hash it has. */
export const deedsChain = sqlCheck(
  {
    id: "8a",
    rules: ["AUTH-3", "OPS-3"],
    says: "the rows of the audit log form one chain",
    unit: "deeds",
  },
  `with rows as (
     select *, lag(id, 1, 0::bigint) over (order by id) as before_id, lag(hash, 1, '') over (order by id) as before_hash
       from audit_log)
   select lpad(id::text, 20, '0') as ord, 1 as size,
          case
            when id <> before_id + 1 then format('deeds %s to %s are gone', before_id + 1, id - 1)
            when hash <> audit_hash(before_hash, at, by_id, by_name, action, subject, reason, detail, trace_id) then
              format('deed %s (%s of %s by %s) has another hash than what it says', id, action, subject, by_name)
          end as problem
     from rows
   union all
   select 'head', 0,
          case when (h.last_id, h.hash) is distinct from (coalesce(l.id, 0), coalesce(l.hash, '')) then
            format('the log ends with deed %s, its head knows %s', coalesce(l.id, 0), h.last_id) end
     from audit_head h left join (select id, hash from audit_log order by id desc limit 1) l on true`,
);
