/** The scheduler's tables: schedules, schedule_people, schedule_bonuses, and the date up to which it knows days to be sealed. */
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { Role } from "../../schemas/envelope.ts";
import type { ScheduleId, UserId } from "../../schemas/ids.ts";
import type { CatchUp, ScheduledWork } from "../../schemas/resources.ts";
import type { ActorStore, Db } from "../runtime/actor-store.ts";
import { changedOf, type Saved, type Statement, writing } from "../runtime/statement.ts";
import {
  personKey,
  type Schedule,
  type SchedulePerson,
  type SchedulerEntity,
  type Sealed,
  scheduleKey,
} from "./state.ts";

interface ScheduleRow {
  id: ScheduleId;
  name: string;
  cron: string;
  catch_up: CatchUp;
  work: ScheduledWork;
  is_paused: boolean;
  is_removed: boolean;
  revision: number;
  next_due_at: string | null;
  last_fired_at: string | null;
  times_fired: number;
  written_by: UserId | null;
}

interface PersonRow {
  id: UserId;
  role: Role;
  active: boolean;
}

export const schedulerStore: ActorStore<SchedulerEntity> = {
  async open(db) {
    return [...(await selectSchedules(db)), ...(await selectSealed(db))];
  },
  async load(db, _partition, keys) {
    const ids = keys.map((key) => key.slice("person/".length));
    const { rows } = await db.query<PersonRow>(
      "select id, role, active from schedule_people where id = any($1::uuid[])",
      [ids],
    );
    return rows.map(personOf);
  },
  async page(db, _partition, { after, limit }) {
    const { rows } = await db.query<PersonRow>(
      `select id, role, active from schedule_people
        where $1::uuid is null or id > $1::uuid order by id limit $2`,
      [after ?? null, limit],
    );
    return rows.map(personOf);
  },
  save: (saves) => [
    ...upsertSchedules(changedOf(saves, (entity) => "cron" in entity)),
    ...upsertPeople(changedOf(saves, (entity) => "role" in entity)),
    ...upsertSealed(changedOf(saves, (entity) => entity.key === "sealed")),
    ...insertBonuses(saves),
  ],
};

async function selectSchedules(db: Db): Promise<Schedule[]> {
  const { rows } = await db.query<ScheduleRow>("select * from schedules");
  return rows.map((row) => ({
    key: scheduleKey(row.id),
    id: row.id,
    name: row.name,
    cron: row.cron,
    catchUp: row.catch_up,
    work: row.work,
    isPaused: row.is_paused,
    isRemoved: row.is_removed,
    revision: row.revision,
    nextDueAt: row.next_due_at ?? undefined,
    lastFiredAt: row.last_fired_at ?? undefined,
    timesFired: row.times_fired,
    writtenBy: row.written_by ?? undefined,
  }));
}

async function selectSealed(db: Db): Promise<Sealed[]> {
  const { rows } = await db.query<{ up_to: BusinessDate }>("select up_to from schedule_sealed");
  return rows.map(({ up_to }) => ({ key: "sealed", upTo: up_to }));
}

function personOf(row: PersonRow): SchedulePerson {
  return { key: personKey(row.id), ...row };
}

const upsertSchedules = (schedules: readonly Schedule[]): Statement[] =>
  writing(
    "schedules",
    `insert into schedules (id, name, cron, catch_up, work, is_paused, is_removed, revision, next_due_at,
                            last_fired_at, times_fired, written_by)
     select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::jsonb[], $6::bool[], $7::bool[], $8::int[],
                          $9::timestamptz[], $10::timestamptz[], $11::bigint[], $12::uuid[])
     on conflict (id) do update set name = excluded.name, cron = excluded.cron, catch_up = excluded.catch_up,
       work = excluded.work, is_paused = excluded.is_paused, is_removed = excluded.is_removed,
       revision = excluded.revision, next_due_at = excluded.next_due_at, last_fired_at = excluded.last_fired_at,
       times_fired = excluded.times_fired, written_by = excluded.written_by`,
    schedules,
    ({ id }) => id,
    ({ name }) => name,
    ({ cron }) => cron,
    ({ catchUp }) => catchUp,
    ({ work }) => JSON.stringify(work),
    ({ isPaused }) => isPaused,
    ({ isRemoved }) => isRemoved,
    ({ revision }) => revision,
    ({ nextDueAt }) => nextDueAt,
    ({ lastFiredAt }) => lastFiredAt,
    ({ timesFired }) => timesFired,
    ({ writtenBy }) => writtenBy,
  );

const upsertPeople = (people: readonly SchedulePerson[]): Statement[] =>
  writing(
    "schedule-people",
    `insert into schedule_people (id, role, active) select * from unnest($1::uuid[], $2::text[], $3::bool[])
     on conflict (id) do update set role = excluded.role, active = excluded.active`,
    people,
    ({ id }) => id,
    ({ role }) => role,
    ({ active }) => active,
  );

const upsertSealed = (sealed: readonly Sealed[]): Statement[] =>
  writing(
    "schedule-sealed",
    `insert into schedule_sealed (up_to) select * from unnest($1::date[])
     on conflict (only_one) do update set up_to = excluded.up_to`,
    sealed,
    ({ upTo }) => upTo,
  );

/** As they are told to the accounts. */
function insertBonuses(saves: readonly Saved<SchedulerEntity>[]): Statement[] {
  const granted = saves.flatMap(({ facts }) =>
    facts.flatMap(({ fact }) =>
      fact.type === "bonus.granted" && fact.toPartition === undefined ? [fact.data] : [],
    ),
  );
  return writing(
    "schedule-bonuses",
    `insert into schedule_bonuses (id, schedule_id, account_id, amount, granted_at)
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::timestamptz[])`,
    granted,
    ({ bonusId }) => bonusId,
    ({ scheduleId }) => scheduleId,
    ({ accountId }) => accountId,
    ({ amountMinor }) => amountMinor,
    ({ occurredAt }) => occurredAt,
  );
}
