/**
 * Ceilings of the two long works: one transaction with one statement per table that writes the rows which the actors
 * write (their envelopes at their length), decided by Postgres itself. Nobody else gets a turn meanwhile, nothing can be
 * resumed half-way, and no price or draw can be proven afterwards.
 */
import { seedPool } from "../board-seed.ts";

/** As long as an envelope of ours is. */
const ENVELOPE = "rpad(format('{\"type\":%L,\"id\":%L}', type, id), 980, ' ')";

const SHUFFLE = `
  with people as (select array_agg(id) as ids from board_people),
       moved as (
         update tasks t set former_ids = former_ids || t.assignee_id, assignments = assignments + 1, assigned_at = now(),
                            version = version + 1, assignee_id = ids[1 + floor(random() * array_length(ids, 1))::int]
           from people where status in ('open', 'in-progress') returning t.id, t.number, t.assignee_id),
       history as (
         insert into task_history (id, task_id, at, kind, by_id, assignee_id, business_date, trace_id)
         select gen_random_uuid(), id, now(), 'assigned', assignee_id, assignee_id, current_date, md5('trace') from moved)
  insert into outbox (kind, partition, topic, topic_partition, sequence, envelope)
  select 'task-board', 0, 'tasks', number % 16, number, ${ENVELOPE} from (select *, 'task.assigned' as type from moved) as m`;

const CLOSE = `
  with owing as (select id, partition, balance, entries, head_hash, day from accounts where balance > 0),
       paid as (
         insert into entries (account_id, number, transfer_id, kind, amount, balance_after, counter_account, partition,
                              payout_id, business_date, occurred_at, trace_id, hash)
         select id, entries + 1, gen_random_uuid(), 'payout', -balance, 0, 'payouts', partition, gen_random_uuid(),
                current_date, now(), md5('trace'), md5(head_hash) || md5(id::text) from owing),
       requested as (
         insert into payouts (id, account_id, business_date, amount, breakdown, state, attempts, updated_at)
         select gen_random_uuid(), id, current_date, balance, day, 'requested', 0, now() from owing),
       emptied as (
         update accounts a set balance = 0, entries = a.entries + 1, head_hash = md5(a.head_hash) || md5(a.id::text)
           from owing where a.id = owing.id),
       totals as (
         insert into house_accounts (name, partition, balance)
         select 'payouts', partition, sum(balance) from owing group by partition
         on conflict (name, partition) do update set balance = excluded.balance)
  insert into outbox (kind, partition, topic, topic_partition, sequence, envelope)
  select 'account', partition, type, partition, row_number() over (partition by partition, type), ${ENVELOPE}
    from owing, (values ('ledger'), ('payouts')) as topics(type)`;

/** Seconds that the whole takes, its commit included. */
export async function setBased(work: "shuffle" | "close", databaseUrl: string): Promise<number> {
  const pool = seedPool(databaseUrl);
  await pool.query("select 1");
  const startedMs = performance.now();
  await pool.query(work === "shuffle" ? SHUFFLE : CLOSE);
  const seconds = (performance.now() - startedMs) / 1_000;
  await pool.end();
  return seconds;
}
