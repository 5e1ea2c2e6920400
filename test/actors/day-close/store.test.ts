import { expect } from "chai";
import { type Day, dayKey } from "../../../actors/day-close/state.ts";
import { dayStore } from "../../../actors/day-close/store.ts";
import { type BusinessDate, plusDays } from "../../../schemas/business-date.ts";
import type { UserId } from "../../../schemas/ids.ts";
import { minor } from "../../../schemas/money.ts";
import { FIRST_DATE, NOON_MS, nextId } from "../../support/said.ts";
import { saveBy } from "../../support/save.ts";
import { newWorld, type World } from "../../support/world.ts";

const at = new Date(NOON_MS).toISOString();
const TOTALS = { fees: 3, feesMinor: minor(36), rewards: 1, rewardsMinor: minor(30) };
const HELD = [{ userId: nextId() as UserId, reason: "control_totals_differ" }];

const part = (partition: number) => ({
  partition,
  posted: TOTALS,
  payouts: 2,
  payoutsMinor: minor(18),
  heldAccounts: partition === 0 ? HELD : [],
});

function day(businessDate: BusinessDate, more: Partial<Day> = {}): Day {
  return {
    key: dayKey(businessDate),
    businessDate,
    state: "closing",
    sent: undefined,
    endedAt: undefined,
    partitions: [],
    sealHash: undefined,
    closedAt: undefined,
    ...more,
  };
}

describe("the days' table", function () {
  this.timeout(120_000);
  let world: World;
  const [d1, d2, d3, d4] = [0, 1, 2, 3].map((days) => plusDays(FIRST_DATE, days)) as [
    BusinessDate,
    BusinessDate,
    BusinessDate,
    BusinessDate,
  ];
  const partitions = [part(0), part(1)];
  const days = [
    day(d1, { state: "closed", sent: TOTALS, endedAt: at, partitions, sealHash: "first", closedAt: at }),
    day(d2, { state: "closed", sent: TOTALS, endedAt: at, partitions: [], sealHash: "second", closedAt: at }),
    day(d3, { sent: TOTALS, endedAt: at, partitions: [part(1)] }),
    day(d4, { partitions: [part(0)] }),
  ];

  before(async () => {
    world = await newWorld();
  });
  after(() => world.end());

  it("DAY-6: before the first day is sealed there is no seal to chain to", async () => {
    expect(await dayStore.open(world.pool, 0)).to.deep.equal([]);
  });

  it("G6: days come back as they were saved, in every state; unknown ones do not come", async () => {
    await saveBy(dayStore, world.pool, 0, days, []);
    const keys = [...days.map(({ key }) => key), dayKey(plusDays(d4, 1))];
    expect(await dayStore.load(world.pool, 0, keys)).to.have.deep.members(days);
  });

  it("DAY-6: opening gives the newest seal, whatever closes after it", async () => {
    expect(await dayStore.open(world.pool, 0)).to.deep.equal([{ key: "last-seal", sealHash: "second" }]);
  });

  it("DAY-6: the sums over the partitions stand beside them for reading", async () => {
    const { rows } = await world.pool.query(
      "select fees, rewards, payouts, payouts_total, held from days where business_date = $1",
      [d1],
    );
    expect(rows).to.deep.equal([{ fees: 72, rewards: 60, payouts: 4, payouts_total: 36, held: HELD }]);
  });

  it("DAY-6: a day that goes on is saved over itself; the seal alone has no row", async () => {
    const sealed = day(d3, {
      state: "closed",
      sent: TOTALS,
      endedAt: at,
      partitions,
      sealHash: "third",
      closedAt: at,
    });
    await saveBy(dayStore, world.pool, 0, [sealed, { key: "last-seal", sealHash: "third" }], []);
    expect(await dayStore.load(world.pool, 0, [dayKey(d3)])).to.deep.equal([sealed]);
    expect(await dayStore.open(world.pool, 0)).to.deep.equal([{ key: "last-seal", sealHash: "third" }]);
  });
});
