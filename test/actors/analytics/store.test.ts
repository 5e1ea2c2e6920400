import { expect } from "chai";
import fc from "fast-check";
import { analytics } from "../../../actors/analytics/actor.ts";
import { type AnalyticsEntity, crossingKey, incomeKey } from "../../../actors/analytics/state.ts";
import { analyticsStore } from "../../../actors/analytics/store.ts";
import type { BusinessDate } from "../../../schemas/business-date.ts";
import type { Envelope } from "../../../schemas/envelope.ts";
import { newUuid, type UserId } from "../../../schemas/ids.ts";
import { minor } from "../../../schemas/money.ts";
import { saveBy } from "../../support/save.ts";
import { newWorld, type World } from "../../support/world.ts";
import { OnePartition } from "../payment/one-partition.ts";
import { batched, DATES, history } from "./facts.ts";

const TABLES = {
  "analytics.people": "id",
  "analytics.income": "business_date, partition",
  "analytics.balances": "account_id, business_date",
  "analytics.below": "account_id, since",
  "analytics.completions": "task_id",
} as const;

describe("the analytics tables", function () {
  this.timeout(120_000);
  let world: World;

  before(async () => {
    world = await newWorld();
  });
  after(() => world.end());

  /** Empties the read side and fills it again from the facts: what a rebuild does. */
  async function rebuilt(batches: readonly Envelope[][]): Promise<unknown> {
    await world.pool.query(`truncate ${Object.keys(TABLES).join(", ")}`);
    const partition = new OnePartition(analytics);
    for (const batch of batches) {
      partition.rows.clear();
      const keys = [...new Set(batch.flatMap(analytics.needs))];
      for (const row of await analyticsStore.load(world.pool, 3, keys)) partition.rows.set(row.key, row);
      const { changed, stated } = partition.take(...batch);
      await saveBy(analyticsStore, world.pool, 3, changed, stated);
    }
    return tables();
  }

  async function tables(): Promise<unknown> {
    const reads = Object.entries(TABLES).map(([table, order]) =>
      world.pool.query(`select * from ${table} order by ${order}`),
    );
    return (await Promise.all(reads)).map(({ rows }) => rows);
  }

  it("AN-3: rows rebuilt in other batches are the same to the last column", async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(history, sizes, async (facts, some) => {
        const oneByOne = await rebuilt(batched(facts, [1]));
        expect(await rebuilt(batched(facts, some))).to.deep.equal(oneByOne);
        expect(await rebuilt([[...facts]])).to.deep.equal(oneByOne);
      }),
      { numRuns: 15 },
    );
  });

  it("AN-1: who is below zero at the close of which dates is what the balances by date say", async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(history, sizes, async (facts, some) => {
        await rebuilt(batched(facts, some));
        const [kept, said] = await Promise.all(
          ["analytics.below", "analytics.below_by_balances"].map((from) =>
            world.pool.query(`select * from ${from} order by account_id, since`),
          ),
        );
        expect(kept?.rows).to.deep.equal(said?.rows);
      }),
      { numRuns: 30 },
    );
  });

  it("AN-1: up and down again on one date, in two batches, ends no spell: no close has seen it", async () => {
    await world.pool.query("truncate analytics.below");
    const accountId = newUuid() as UserId;
    const [first, second, third] = DATES as [BusinessDate, BusinessDate, BusinessDate];
    const batches: [BusinessDate, boolean][][] = [
      [[first, true]],
      [[second, false]],
      [
        [second, true],
        [third, false],
      ],
    ];
    let number = 0;
    for (const batch of batches) {
      const crossings = batch.map(([crossedOn, isBelow]): AnalyticsEntity => {
        return { key: crossingKey(accountId, ++number), accountId, crossedOn, isBelow };
      });
      await saveBy(analyticsStore, world.pool, 0, crossings, []);
    }
    const { rows } = await world.pool.query("select since, until from analytics.below");
    expect(rows).to.deep.equal([{ since: first, until: third }]);
  });

  it("AN-1: each partition adds up its own income of a date", async () => {
    await world.pool.query("truncate analytics.income");
    const [incomeDate] = DATES as [(typeof DATES)[0]];
    const day = (fees: number, rewards: number): AnalyticsEntity => ({
      key: incomeKey(incomeDate),
      incomeDate,
      feesMinor: minor(fees),
      rewardsMinor: minor(rewards),
    });
    await saveBy(analyticsStore, world.pool, 0, [day(1_000, 0)], []);
    await saveBy(analyticsStore, world.pool, 1, [day(2_000, 3_000)], []);
    await saveBy(analyticsStore, world.pool, 1, [day(2_500, 3_000)], []);
    expect(await analyticsStore.load(world.pool, 0, [incomeKey(incomeDate)])).to.deep.equal([day(1_000, 0)]);
    expect(await analyticsStore.load(world.pool, 1, [incomeKey(incomeDate)])).to.deep.equal([
      day(2_500, 3_000),
    ]);
    expect(await analyticsStore.load(world.pool, 2, [incomeKey(incomeDate)])).to.deep.equal([]);
    expect(await analyticsStore.open(world.pool, 0)).to.deep.equal([]);
  });
});
