/** The tables of the schema `analytics`: facts, and what is made of them: people, income, balances, below, completions. */
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { Minor } from "../../schemas/money.ts";
import type { ActorStore, Db } from "../runtime/actor-store.ts";
import { changedOf, type Statement, writing } from "../runtime/statement.ts";
import { type Ended, type Spell, spellsOf } from "./spells.ts";
import {
  type AnalyticsEntity,
  type Balance,
  type Completion,
  type IncomeDay,
  incomeKey,
  type KeptFact,
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
  save: (saves) => [
    ...upsertPeople(changedOf(saves, (entity) => "name" in entity)),
    ...upsertIncome(changedOf(saves, (entity) => "incomeDate" in entity)),
    ...upsertBalances(changedOf(saves, (entity) => "balanceMinor" in entity)),
    ...writeSpells(spellsOf(changedOf(saves, (entity) => "isBelow" in entity))),
    ...upsertCompletions(changedOf(saves, (entity) => "taskId" in entity)),
    ...insertFacts(changedOf(saves, (entity) => "schema" in entity)),
  ],
};

/** In the order in which they came: the numbers that Postgres gives are those of the partition's one owner. */
function insertFacts(facts: readonly (KeptFact & { readonly partition: number })[]): Statement[] {
  const statements = writing(
    "analytics-facts",
    `insert into analytics.facts (partition, schema, data)
     select partition, schema, data::json from unnest($1::int[], $2::text[], string_to_array($3, E'\\n')) as f (partition, schema, data)`,
    facts,
    ({ partition }) => partition,
    ({ schema }) => schema,
  );
  // JSON of one line each, as lines of one text: nothing in them has to be escaped.
  const lines = () => facts.map(({ data }) => JSON.stringify(data)).join("\n");
  return statements.map(({ values, ...rest }) => ({ ...rest, values: [...values, lines()] }));
}

async function selectIncome(db: Db, partition: number, dates: readonly string[]): Promise<IncomeDay[]> {
  const { rows } = await db.query<{ business_date: BusinessDate; fees: Minor; rewards: Minor }>(
    `select business_date, fees, rewards from analytics.income
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

const upsertPeople = (people: readonly PersonName[]): Statement[] =>
  writing(
    "analytics-people",
    `insert into analytics.people (id, name) select * from unnest($1::uuid[], $2::text[])
     on conflict (id) do update set name = excluded.name`,
    people,
    ({ id }) => id,
    ({ name }) => name,
  );

const upsertIncome = (days: readonly (IncomeDay & { readonly partition: number })[]): Statement[] =>
  writing(
    "analytics-income",
    `insert into analytics.income (partition, business_date, fees, rewards)
     select * from unnest($1::int[], $2::date[], $3::bigint[], $4::bigint[])
     on conflict (business_date, partition) do update set fees = excluded.fees, rewards = excluded.rewards`,
    days,
    ({ partition }) => partition,
    ({ incomeDate }) => incomeDate,
    ({ feesMinor }) => feesMinor,
    ({ rewardsMinor }) => rewardsMinor,
  );

const upsertBalances = (balances: readonly Balance[]): Statement[] =>
  writing(
    "analytics-balances",
    `insert into analytics.balances (account_id, business_date, balance)
     select * from unnest($1::uuid[], $2::date[], $3::bigint[])
     on conflict (account_id, business_date) do update set balance = excluded.balance`,
    balances,
    ({ accountId }) => accountId,
    ({ businessDate }) => businessDate,
    ({ balanceMinor }) => balanceMinor,
  );

/**
 * A spell that ends on its first date has never been seen at a close, and one that begins on the date on which another has
 * ended goes on with that: no close has seen its end. Four statements, and none writes another's row.
 */
const writeSpells = ({ begun, ended }: { begun: readonly Spell[]; ended: readonly Ended[] }): Statement[] => [
  ...writing(
    "analytics-below-none",
    `delete from analytics.below b using unnest($1::uuid[], $2::date[]) as ended (account_id, until)
      where b.account_id = ended.account_id and b.until is null and b.since >= ended.until`,
    ended,
    ({ accountId }) => accountId,
    ({ until }) => until,
  ),
  ...writing(
    "analytics-below-ended",
    `update analytics.below b set until = ended.until
       from unnest($1::uuid[], $2::date[]) as ended (account_id, until)
      where b.account_id = ended.account_id and b.until is null and b.since < ended.until`,
    ended,
    ({ accountId }) => accountId,
    ({ until }) => until,
  ),
  ...writing(
    "analytics-below",
    `insert into analytics.below (account_id, since, until)
     select account_id, since, until from unnest($1::uuid[], $2::date[], $3::date[]) as begun (account_id, since, until)
      where not exists (select from analytics.below b where b.account_id = begun.account_id and b.until = begun.since)
     on conflict (account_id, since) do update set until = excluded.until`,
    begun,
    ({ accountId }) => accountId,
    ({ since }) => since,
    ({ until }) => until,
  ),
  ...writing(
    "analytics-below-on",
    `update analytics.below b set until = begun.until
       from unnest($1::uuid[], $2::date[], $3::date[]) as begun (account_id, since, until)
      where b.account_id = begun.account_id and b.until = begun.since`,
    begun,
    ({ accountId }) => accountId,
    ({ since }) => since,
    ({ until }) => until,
  ),
];

/** A task is completed once for ever (TT-8); the same fact again, in a rebuild, writes the same row. */
const upsertCompletions = (completions: readonly Completion[]): Statement[] =>
  writing(
    "analytics-completions",
    `insert into analytics.completions (task_id, business_date, reward, completed_at, number, title, jira_id, assignee_id)
     select * from unnest($1::uuid[], $2::date[], $3::bigint[], $4::timestamptz[], $5::int[], $6::text[], $7::text[],
                          $8::uuid[])
     on conflict (task_id) do update set business_date = excluded.business_date, reward = excluded.reward,
       completed_at = excluded.completed_at, number = excluded.number, title = excluded.title,
       jira_id = excluded.jira_id, assignee_id = excluded.assignee_id`,
    completions,
    ({ taskId }) => taskId,
    ({ businessDate }) => businessDate,
    ({ rewardMinor }) => rewardMinor,
    ({ completedAt }) => completedAt,
    ({ number }) => number,
    ({ title }) => title,
    ({ jiraId }) => jiraId,
    ({ assigneeId }) => assigneeId,
  );
