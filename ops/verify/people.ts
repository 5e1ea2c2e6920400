/** People (ACC-3, AUTH-4): everybody has an account, and every part's replica says what the directory says. */
import type { FactType } from "../../schemas/generated/messages.ts";
import type { Kind } from "../../streams/topology.ts";
import { sqlCheck } from "./check.ts";
import { inFlight } from "./in-flight.ts";

/** Whatever the role. A registration on its way to the account actors is not missing. */
export const everyUserHasAnAccount = sqlCheck(
  { id: "1h", rules: ["ACC-3"], says: "every registered user has an account", unit: "users" },
  `with coming as materialized (select (data ->> 'userId')::uuid as id from (${inFlight("account", "users", ["user.registered"])}) as f)
   select u.id::text as ord, 1 as size,
          case when a.id is null and not exists (select from coming where coming.id = u.id) then
            format('user %s has no account', u.id) end as problem
     from users u left join accounts a on a.id = u.id`,
);

const PERSON_FACTS = [
  "user.registered",
  "user.role-changed",
  "user.disabled",
  "user.enabled",
  "user.profile-changed",
] as const satisfies readonly FactType[];

/** Each part keeps of a person what it needs: the same words of the directory's row and of the replica's. */
const REPLICAS = [
  { kind: "task-board", table: "board_people", columns: ["name", "role", "active"] },
  { kind: "mailer", table: "mail_people", columns: ["name", "email", "locale", "active", "notifications"] },
  { kind: "scheduler", table: "schedule_people", columns: ["role", "active"] },
  { kind: "analytics", table: "analytics.people", columns: ["name"] },
] as const satisfies readonly { kind: Kind; table: string; columns: readonly string[] }[];

export const replicasAreTheDirectory = sqlCheck(
  {
    id: "7a",
    rules: ["AUTH-4", "AN-3"],
    says: "every part's replica of people is what the directory says",
    unit: "replicas",
  },
  REPLICAS.map(replicaSql).join("\nunion all\n"),
);

/** People of whom news is on its way are left alone: which of it has arrived the row does not tell. */
function replicaSql({ kind, table, columns }: (typeof REPLICAS)[number]): string {
  const differs = columns.map((column) => `u.${column} is distinct from r.${column}`).join(" or ");
  const told = `select (data ->> 'userId')::uuid from (${inFlight(kind, "users", PERSON_FACTS)}) as f`;
  return `
    select '${table}/' || coalesce(u.id, r.id) as ord, 1 as size,
           case
             when coalesce(u.id, r.id) in (${told}) then null
             when u.id is null then format('${table} has %s, whom the directory does not know', r.id)
             when r.id is null then format('${table} lacks user %s', u.id)
             when ${differs} then format('${table} has other ${columns.join(", ")} of user %s than the directory', u.id)
           end as problem
      from users u full join ${table} r on r.id = u.id`;
}
