import { expect } from "chai";
import type { Host } from "../../actors/runtime/host.ts";
import { ADMIN, ask, register } from "../support/client.ts";
import { newWorld, until, type World } from "../support/world.ts";

describe("the exchange, from a command to the ledger", function () {
  this.timeout(120_000);
  let world: World;
  let host: Host;

  before(async () => {
    // A task whose fee is its reward leaves nothing to pay out: one of 231, if both were drawn.
    world = await newWorld({ ATES_REWARD_MINOR: "21..40" });
    host = await world.worker();
  });
  after(() => world.end());

  it("TT-3 ACC-1 ACC-4: a new task is assigned at once, priced, and its fee charged once", async () => {
    expect(host.ownedCount).to.be.greaterThan(0);
    const popug = await register(world, "Popug");
    const { body: task } = await ask(
      world,
      "task-board",
      "task.create",
      "new",
      { title: "Feed the parrots" },
      popug,
    );
    expect(task.assignee).to.deep.equal({ id: popug.id, name: "Popug" });
    expect(task.feeMinor).to.be.within(10, 20);
    expect(task.rewardMinor).to.be.within(20, 40);
    await until(
      async () =>
        (await world.pool.query("select from entries where task_id = $1", [task.id])).rowCount === 1,
      "the fee is charged",
    );
    await ask(world, "task-board", "task.complete", `task/${task.id}`, { taskId: task.id }, popug);
    const { rows } = await until(async () => {
      const entries = await world.pool.query(
        "select kind, amount, balance_after from entries where account_id = $1 order by number",
        [popug.id],
      );
      return entries.rowCount === 2 && entries;
    }, "the reward is paid");
    expect(rows).to.deep.equal([
      { kind: "fee", amount: -task.feeMinor, balance_after: -task.feeMinor },
      { kind: "reward", amount: task.rewardMinor, balance_after: task.rewardMinor - task.feeMinor },
    ]);
  });

  it("DAY-2 DAY-6: closing the day pays the positive balance and seals the date", async () => {
    const { body } = await ask(
      world,
      "task-board",
      "day.close",
      "day",
      { businessDate: world.company.firstDate },
      ADMIN,
    );
    expect(body.state).to.equal("closing");
    const { rows } = await until(async () => {
      const days = await world.pool.query("select * from days where state = 'closed'");
      return days.rowCount === 1 && days;
    }, "the day is sealed");
    expect(rows[0].payouts).to.equal(1);
    const sum = await world.pool.query(
      "select (select sum(balance) from accounts) + (select sum(balance) from house_accounts) as sum",
    );
    expect(Number(sum.rows[0].sum)).to.equal(0);
  });
});
