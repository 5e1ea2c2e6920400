/** Money moved by hand (ACC-5): every such entry stands on a correction that another than its author has approved. */
import { sqlCheck } from "./check.ts";
import { inFlight } from "./in-flight.ts";

/** An approval on its way to the account is not missing. */
export const correctionsAreBooked = sqlCheck(
  {
    id: "1i",
    rules: ["ACC-5"],
    says: "every entry by hand is an approved correction, by four eyes, and every approved one is booked once",
    unit: "corrections and their entries",
  },
  `with coming as materialized (select (data ->> 'correctionId')::uuid as id
                                 from (${inFlight("account", "users", ["correction.approved"])}) as f),
   by_hand as materialized (
     select account_id, number, kind, amount, transfer_id from entries
      where kind in ('correction', 'bonus')
        and not exists (select from schedule_bonuses b where b.id = entries.transfer_id))
   select coalesce(e.account_id, c.account_id) || '/' || coalesce(lpad(e.number::text, 12, '0'), c.id::text) as ord, 1 as size,
          case
            when c.id is null then
              format('entry %s of account %s is a %s that nobody proposed', e.number, e.account_id, e.kind)
            when e.number is null then
              case when not exists (select from coming where coming.id = c.id) then
                format('%s %s of account %s is approved and not booked', c.kind, c.id, c.account_id) end
            when c.state <> 'approved' then
              format('entry %s of account %s is the %s %s, which is %s', e.number, e.account_id, e.kind, c.id, c.state)
            when c.decided_by = c.proposed_by then
              format('%s %s of account %s was approved by its own author', c.kind, c.id, c.account_id)
            when c.account_id <> e.account_id or c.amount <> e.amount or c.kind <> e.kind then
              format('entry %s of account %s is a %s of %s, its correction a %s of %s for %s', e.number, e.account_id,
                     e.kind, e.amount, c.kind, c.amount, c.account_id)
          end as problem
     from by_hand e
     full join (select * from corrections where state = 'approved'
                 or exists (select from by_hand where by_hand.transfer_id = corrections.id)) as c
       on c.id = e.transfer_id`,
);

/** A grant on its way to the account is not missing. */
export const bonusesAreBooked = sqlCheck(
  {
    id: "1j",
    rules: ["JOB-1", "ACC-5"],
    says: "every bonus that a schedule granted is booked once, as it was granted",
    unit: "bonuses",
  },
  `with coming as materialized (select (data ->> 'bonusId')::uuid as id
                                 from (${inFlight("account", "schedules", ["bonus.granted"])}) as f)
   select b.id::text as ord, 1 as size,
          case
            when e.number is null then
              case when not exists (select from coming where coming.id = b.id) then
                format('bonus %s of account %s is granted and not booked', b.id, b.account_id) end
            when e.account_id <> b.account_id or e.amount <> b.amount or e.kind <> 'bonus' then
              format('entry %s of account %s is a %s of %s, granted were %s to %s', e.number, e.account_id, e.kind,
                     e.amount, b.amount, b.account_id)
          end as problem
     from schedule_bonuses b left join entries e on e.transfer_id = b.id`,
);
