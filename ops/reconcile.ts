/**
 * Reconciliation (DAY-4): what the board says it sent against what accounts have posted, task by task, person by person,
 * day by day; and the trial balance, the sum of every ledger account. Reads only. Facts that are on their way are counted
 * as such, so that it is exact while people work.
 */
import type pg from "pg";
import type { BusinessDate } from "../schemas/business-date.ts";
import type { TaskId, UserId } from "../schemas/ids.ts";
import type { Minor } from "../schemas/money.ts";
import { inFlight } from "./verify/in-flight.ts";
import { Reader } from "./verify/reader.ts";

/** One task's fees or rewards of one person on one date, of which the board and the books tell otherwise. */
export interface Difference {
  readonly businessDate: BusinessDate;
  readonly userId: UserId;
  readonly name: string;
  readonly taskId: TaskId;
  readonly kind: "fee" | "reward";
  readonly sent: number;
  readonly sentMinor: Minor;
  readonly posted: number;
  readonly postedMinor: Minor;
}

export interface HeldPerson {
  readonly userId: UserId;
  readonly name: string;
  readonly since: BusinessDate;
  readonly balanceMinor: Minor;
}

/** People's accounts are one line, house accounts one each, over all partitions. */
export interface TrialLine {
  readonly account: string;
  readonly balanceMinor: Minor;
}

export interface Reconciliation {
  /** Newest date first, at most `DIFFERENCES_MAX`. */
  readonly differences: readonly Difference[];
  readonly held: readonly HeldPerson[];
  /** Sums up to zero, or the book is broken (ACC-5). */
  readonly trialBalance: readonly TrialLine[];
}

const DIFFERENCES_MAX = 1_000;

const COMING = inFlight("account", "tasks", ["task.assigned", "task.completed"]);

/** A letter whose data cannot be read is nobody's. `late_of` is the date of the fact; what is booked late stands on a later one. */
const DIFFERENCES = `
  with told as (
    select h.business_date as date, h.assignee_id as person, h.task_id,
           case h.kind when 'assigned' then 'fee' else 'reward' end as kind,
           1 as sent, case h.kind when 'assigned' then t.fee else t.reward end as sent_minor, 0 as posted,
           0::bigint as posted_minor
      from task_history h join tasks t on t.id = h.task_id where h.kind in ('assigned', 'completed')
    union all
    select coalesce(late_of, business_date), account_id, task_id, kind, 0, 0, 1, abs(amount)
      from entries where kind in ('fee', 'reward')
    union all
    select (data ->> 'businessDate')::date, (data ->> 'assigneeId')::uuid, (data ->> 'taskId')::uuid,
           case type when 'task.assigned' then 'fee' else 'reward' end, 0, 0, 1,
           (data ->> case type when 'task.assigned' then 'feeMinor' else 'rewardMinor' end)::bigint
      from (${COMING}) as f where data ->> 'assigneeId' is not null)
  select date as "businessDate", person as "userId", coalesce(u.name, person::text) as name, task_id as "taskId", kind,
         sum(sent) as sent, sum(sent_minor)::bigint as "sentMinor", sum(posted) as posted,
         sum(posted_minor)::bigint as "postedMinor"
    from told left join users u on u.id = person
   group by date, person, u.name, task_id, kind
  having sum(sent) <> sum(posted) or sum(sent_minor) <> sum(posted_minor)
   order by date desc, name, task_id, kind
   limit ${DIFFERENCES_MAX}`;

const HELD = `
  select a.id as "userId", coalesce(u.name, a.id::text) as name, a.held_since as since, a.balance as "balanceMinor"
    from accounts a left join users u on u.id = a.id where a.held_since is not null order by name, a.id`;

const TRIAL_BALANCE = `
  select 'people' as account, coalesce(sum(balance), 0)::bigint as "balanceMinor" from accounts
  union all
  select name, sum(balance)::bigint from house_accounts group by name
  order by account`;

export async function reconcile(pool: pg.Pool): Promise<Reconciliation> {
  const reader = new Reader(pool);
  return {
    differences: await reader.rows<Difference & pg.QueryResultRow>(DIFFERENCES),
    held: await reader.rows<HeldPerson & pg.QueryResultRow>(HELD),
    trialBalance: await reader.rows<TrialLine & pg.QueryResultRow>(TRIAL_BALANCE),
  };
}
