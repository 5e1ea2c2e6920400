/**
 * A planted mismatch on real servers: the board says that it has sent one fee more than the books have. Its person is held,
 * nobody else; it is seen, mended and released, and the next close pays.
 */
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { weightOf } from "../../actors/ledger/whose.ts";
import { awaitSettled, isSettled } from "../../ops/lag.ts";
import { createMetrics } from "../../ops/metrics.ts";
import { reconcile } from "../../ops/reconcile.ts";
import { type BusinessDate, nextDate } from "../../schemas/business-date.ts";
import { newUuid, type UserId } from "../../schemas/ids.ts";
import { minor, ZERO } from "../../schemas/money.ts";
import { partitionOf } from "../../streams/partition.ts";
import { ask, register } from "../support/client.ts";
import { newWorld, until, type World } from "../support/world.ts";
import { runAtes } from "./cli/run-ates.ts";
import { closeDay, gatewaysRefusing } from "./traffic.ts";

describe("reconciliation", function () {
  this.timeout(120_000);
  let world: World;
  let day: BusinessDate;
  let victim: UserId;
  let planted: { readonly id: string; readonly fee: number };

  before(async () => {
    world = await newWorld();
    day = world.company.firstDate;
    await work();
  });
  after(() => world.end());

  const ates = (...args: string[]) => runAtes(args, { world });

  /** Tasks are made, and completed by whoever has got them, until three people are owed something. */
  async function work(): Promise<void> {
    const host = await world.worker(gatewaysRefusing(() => false));
    const people = [
      await register(world, "Kesha"),
      await register(world, "Gosha"),
      await register(world, "Ara"),
    ];
    await until(async () => {
      const { body } = await ask(world, "task-board", "task.create", "new", { title: "Feed" }, people[0]);
      const sender = people.find(({ id }) => id === body.assignee.id);
      await ask(world, "task-board", "task.complete", `task/${body.id}`, { taskId: body.id }, sender);
      const { rowCount } = await world.pool.query("select from accounts where balance > 0");
      return rowCount === people.length;
    }, "three people are owed something");
    await until(async () => isSettled(await awaitSettled(world.pool, 5_000)), "nothing is under way");
    await host.stop();
  }

  /** A line of the board's history, and what it comes to in the board's sums: as if its fact had got lost. */
  async function plant(): Promise<void> {
    const { rows } = await world.pool.query<{ id: UserId }>(
      "select id from accounts where balance > 0 and last_date = $1 order by id",
      [day],
    );
    expect(rows.length).to.be.above(1);
    victim = (rows[0] as { id: UserId }).id;
    const { rows: tasks } = await world.pool.query<{ id: string; fee: number }>(
      "select id, fee from tasks where assignee_id <> $1 limit 1",
      [victim],
    );
    const [task] = tasks as [{ id: string; fee: number }];
    planted = { id: newUuid(), fee: task.fee };
    await world.pool.query(
      `insert into task_history (id, task_id, at, kind, by_id, assignee_id, business_date)
       values ($1, $2, now(), 'assigned', $3, $3, $4)`,
      [planted.id, task.id, victim, day],
    );
    const partition = partitionOf(victim, world.company.partitions);
    const weight = weightOf(victim, { fees: 1, feesMinor: minor(task.fee), rewards: 0, rewardsMinor: ZERO });
    await world.pool.query(
      `update board set
         totals = jsonb_set(jsonb_set(totals, array[$1, 'fees'], to_jsonb((totals #>> array[$1, 'fees'])::int + 1)),
                            array[$1, 'feesMinor'], to_jsonb((totals #>> array[$1, 'feesMinor'])::int + $2::int)),
         weights = jsonb_set(weights, array[$1], to_jsonb(((weights ->> $1::int)::bigint + $3::bigint) % 2147483647))`,
      [String(partition), task.fee, weight],
    );
  }

  it("DAY-4 ACC-5: the board and the books agree, and the trial balance sums up to zero", async () => {
    const { differences, held, trialBalance } = await reconcile(world.pool);
    expect([differences, held]).to.deep.equal([[], []]);
    expect(trialBalance.map(({ account }) => account)).to.include.members([
      "people",
      "house/fees",
      "house/rewards",
    ]);
    expect(trialBalance.reduce((sum, { balanceMinor }) => sum + balanceMinor, 0)).to.equal(0);
  });

  it("DAY-4: a planted mismatch holds its person's payout and nobody else's, is named, and alerts", async () => {
    await plant();
    const positive = await world.pool.query<{ id: string }>("select id from accounts where balance > 0");
    const host = await world.worker(gatewaysRefusing(() => false));
    await closeDay(world, day);
    const { rows } = await world.pool.query("select held from days where business_date = $1", [day]);
    expect(rows[0]?.held).to.deep.equal([{ userId: victim, reason: "control_totals_differ" }]);
    const paid = await world.pool.query(
      "select account_id from entries where kind = 'payout' and business_date = $1",
      [day],
    );
    const others = positive.rows.map(({ id }) => id).filter((id) => id !== victim);
    expect(paid.rows.map((row) => row.account_id).sort()).to.deep.equal(others.sort());
    const { differences, held } = await reconcile(world.pool);
    expect(
      differences.map(({ userId, businessDate, kind, sent, posted }) => [
        userId,
        businessDate,
        kind,
        sent,
        posted,
      ]),
    ).to.deep.equal([[victim, day, "fee", 1, 0]]);
    expect(held.map(({ userId, since }) => [userId, since])).to.deep.equal([[victim, day]]);
    const server = await createMetrics().listen(0, "127.0.0.1", world.pool);
    const { port } = server.address() as AddressInfo;
    expect(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).to.contain(
      '\nates_held_accounts{reason="control_totals_differ"} 1\n',
    );
    server.close();
    await host.stop();
  });

  it("DAY-4 OPS-3: it stays held until an operator says how it was mended; then the next close pays it", async () => {
    const seen = await ates("reconcile");
    expect(seen.code).to.equal(1);
    expect(seen.out).to.contain(victim).and.to.contain("held, until");
    const early = await ates("release", victim, "--reason", "It looks right to me");
    expect([early.code, early.err]).to.satisfy(
      ([code, err]: [number, string]) => code === 1 && /still differ in 1 place/.test(err),
    );
    await world.pool.query("delete from task_history where id = $1", [planted.id]);
    const host = await world.worker(gatewaysRefusing(() => false));
    await closeDay(world, nextDate(day));
    const later = await world.pool.query("select held from days where business_date = $1", [nextDate(day)]);
    expect(later.rows[0]?.held.map((each: { userId: string }) => each.userId)).to.deep.equal([victim]);
    expect((await ates("release", victim, "--reason", "A line of the history that was none")).code).to.equal(
      0,
    );
    await until(async () => (await reconcile(world.pool)).held.length === 0, "it is released");
    const last = nextDate(nextDate(day));
    await closeDay(world, last);
    const { rows } = await world.pool.query(
      "select account_id from entries where kind = 'payout' and business_date = $1",
      [last],
    );
    expect(rows.map((row) => row.account_id)).to.deep.equal([victim]);
    const deeds = await world.pool.query("select reason from audit_log where action = 'hold.release'");
    expect(deeds.rows).to.deep.equal([{ reason: "A line of the history that was none" }]);
    expect((await ates("reconcile")).code).to.equal(0);
    await host.stop();
  });
});
