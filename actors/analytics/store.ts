/** The analytics tables: analytics_people, analytics_income, analytics_balances, analytics_completions. */
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { Minor } from "../../schemas/money.ts";
import type { ActorStore, Db } from "../runtime/actor-store.ts";
import {
  type AnalyticsEntity,
  type Balance,
  type Completion,
  type IncomeDay,
  incomeKey,
  type PersonName,
} from "./state.ts";

export const analyticsStore: ActorStore<AnalyticsEntity> = {
  async open() {
    return [];
  },
  async load(db, partition, keys) {
    const dates = keys.filter((key) => key.startsWith("income/")).map((key) => key.slice("income/".length));
    return dates.length === 0 ? [] : selectIncome(db, partition, dates);
  },
  async save(db, partition, changed) {
    const people = changed.filter((entity): entity is PersonName => "name" in entity);
    const days = changed.filter((entity): entity is IncomeDay => "incomeDate" in entity);
    const balances = changed.filter((entity): entity is Balance => "balanceMinor" in entity);
    const completions = changed.filter((entity): entity is Completion => "taskId" in entity);
    if (people.length > 0) await upsertPeople(db, people);
    if (days.length > 0) await upsertIncome(db, partition, days);
    if (balances.length > 0) await upsertBalances(db, balances);
    if (completions.length > 0) await upsertCompletions(db, completions);
  },
};

async function selectIncome(db: Db, partition: number, dates: readonly string[]): Promise<IncomeDay[]> {
  const { rows } = await db.query<{ business_date: BusinessDate; fees: Minor; rewards: Minor }>(
    `select business_date, fees, rewards from analytics_income
      where business_date = any($1::date[]) and partition = $2`,
    [dates, partition],
  );
  return rows.map(({ business_date, fees, rewards }) => ({
    key: incomeKey(business_date),
    incomeDate: business_date,
    feesMinor: fees,
    rewardsMinor: rewards,
  }));
}

async function upsertPeople(db: Db, people: readonly PersonName[]): Promise<void> {
  await db.query(
    `insert into analytics_people (id, name) select * from unnest($1::uuid[], $2::text[])
     on conflict (id) do update set name = excluded.name`,
    [people.map((person) => person.id), people.map((person) => person.name)],
  );
}

async function upsertIncome(db: Db, partition: number, days: readonly IncomeDay[]): Promise<void> {
  await db.query(
    `insert into analytics_income (partition, business_date, fees, rewards)
     select $1, * from unnest($2::date[], $3::bigint[], $4::bigint[])
     on conflict (business_date, partition) do update set fees = excluded.fees, rewards = excluded.rewards`,
    [
      partition,
      days.map((day) => day.incomeDate),
      days.map((day) => day.feesMinor),
      days.map((day) => day.rewardsMinor),
    ],
  );
}

async function upsertBalances(db: Db, balances: readonly Balance[]): Promise<void> {
  await db.query(
    `insert into analytics_balances (account_id, business_date, balance)
     select * from unnest($1::uuid[], $2::date[], $3::bigint[])
     on conflict (account_id, business_date) do update set balance = excluded.balance`,
    [
      balances.map((balance) => balance.accountId),
      balances.map((balance) => balance.businessDate),
      balances.map((balance) => balance.balanceMinor),
    ],
  );
}

/** A task is completed once for ever (TT-8); the same fact again, in a rebuild, writes the same row. */
async function upsertCompletions(db: Db, completions: readonly Completion[]): Promise<void> {
  await db.query(
    `insert into analytics_completions (task_id, business_date, reward, completed_at, number, title, jira_id, assignee_id)
     select * from unnest($1::uuid[], $2::date[], $3::bigint[], $4::timestamptz[], $5::int[], $6::text[], $7::text[],
                          $8::uuid[])
     on conflict (task_id) do update set business_date = excluded.business_date, reward = excluded.reward,
       completed_at = excluded.completed_at, number = excluded.number, title = excluded.title,
       jira_id = excluded.jira_id, assignee_id = excluded.assignee_id`,
    [
      completions.map((each) => each.taskId),
      completions.map((each) => each.businessDate),
      completions.map((each) => each.rewardMinor),
      completions.map((each) => each.completedAt),
      completions.map((each) => each.number),
      completions.map((each) => each.title),
      completions.map((each) => each.jiraId ?? null),
      completions.map((each) => each.assigneeId),
    ],
  );
}
