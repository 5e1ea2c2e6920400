/** The table days: totals and payouts of a day are the sums over its partitions, kept beside them for reading. */
import type { BusinessDate } from "../../schemas/business-date.ts";
import { minor } from "../../schemas/money.ts";
import { type ControlTotals, sum } from "../ledger/control-totals.ts";
import type { ActorStore } from "../runtime/actor-store.ts";
import { changedOf, type Statement, writing } from "../runtime/statement.ts";
import { type Day, type DayEntity, dayKey, type LastSeal, type PartitionClosed } from "./state.ts";

interface DayRow {
  business_date: BusinessDate;
  state: "closing" | "closed";
  sent: ControlTotals | null;
  partitions: PartitionClosed[];
  seal_hash: string | null;
  ended_at: string | null;
  closed_at: string | null;
}

export const dayStore: ActorStore<DayEntity> = {
  async open(db) {
    const { rows } = await db.query<{ seal_hash: string }>(
      "select seal_hash from days where state = 'closed' order by business_date desc limit 1",
    );
    return rows.map((row): LastSeal => ({ key: "last-seal", sealHash: row.seal_hash }));
  },
  async load(db, _partition, keys) {
    const dates = keys.map((key) => key.slice("day/".length));
    const { rows } = await db.query<DayRow>(
      `select business_date, state, sent, partitions, seal_hash, ended_at, closed_at
         from days where business_date = any($1::date[])`,
      [dates],
    );
    return rows.map(dayOf);
  },
  save: (saves) => upsertDays(changedOf(saves, (entity) => "state" in entity)),
};

function dayOf(row: DayRow): Day {
  return {
    key: dayKey(row.business_date),
    businessDate: row.business_date,
    state: row.state,
    sent: row.sent ?? undefined,
    endedAt: row.ended_at ?? undefined,
    partitions: row.partitions,
    sealHash: row.seal_hash ?? undefined,
    closedAt: row.closed_at ?? undefined,
  };
}

function upsertDays(days: readonly Day[]): Statement[] {
  return writing(
    "days",
    `insert into days (business_date, state, sent, partitions, fees, rewards, payouts, payouts_total, held, seal_hash,
                       ended_at, closed_at)
     select * from unnest($1::date[], $2::text[], $3::jsonb[], $4::jsonb[], $5::bigint[], $6::bigint[], $7::bigint[],
                          $8::bigint[], $9::jsonb[], $10::text[], $11::timestamptz[], $12::timestamptz[])
     on conflict (business_date) do update set state = excluded.state, sent = excluded.sent,
       partitions = excluded.partitions, fees = excluded.fees, rewards = excluded.rewards, payouts = excluded.payouts,
       payouts_total = excluded.payouts_total, held = excluded.held, seal_hash = excluded.seal_hash,
       ended_at = excluded.ended_at, closed_at = excluded.closed_at`,
    days,
    ({ businessDate }) => businessDate,
    ({ state }) => state,
    ({ sent }) => (sent === undefined ? null : JSON.stringify(sent)),
    ({ partitions }) => JSON.stringify(partitions),
    (day) => totalsOf(day).feesMinor,
    (day) => totalsOf(day).rewardsMinor,
    ({ partitions }) => partitions.reduce((count, part) => count + part.payouts, 0),
    ({ partitions }) => minor(partitions.reduce((total, part) => total + part.payoutsMinor, 0)),
    ({ partitions }) => JSON.stringify(partitions.flatMap((part) => part.heldAccounts)),
    ({ sealHash }) => sealHash,
    ({ endedAt }) => endedAt,
    ({ closedAt }) => closedAt,
  );
}

function totalsOf({ partitions }: Day): ControlTotals {
  return sum(partitions.map((part) => part.posted));
}
