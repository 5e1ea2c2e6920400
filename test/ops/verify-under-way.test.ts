import { expect } from "chai";
import { awaitSettled, isSettled, readUnsettled } from "../../ops/lag.ts";
import { type Finding, lineOf } from "../../ops/verify/finding.ts";
import { verifyLedger } from "../../ops/verify/verify-ledger.ts";
import { ask, register } from "../support/client.ts";
import { newWorld, until, type World } from "../support/world.ts";
import { closeDay, gatewaysRefusing, workADay } from "./traffic.ts";

const brokenOf = (found: readonly Finding[]) => found.filter(({ verdict }) => verdict !== "ok");

describe("verification under way", function () {
  this.timeout(120_000);
  let world: World;

  before(async () => {
    world = await newWorld();
  });
  after(() => world.end());

  it("DAY-3 INV-6: every check holds at every moment while people work and a day is closed", async () => {
    await world.worker(gatewaysRefusing(() => false));
    const debtor = await register(world, "Debtor");
    const earners = [await register(world, "Kesha"), await register(world, "Gosha")];
    let isWorking = true;
    let rounds = 0;
    const work = (async () => {
      await workADay(world, debtor, earners, true);
      const closing = closeDay(world, world.company.firstDate);
      do await workADay(world, debtor, earners, true);
      while (rounds < 3);
      await closing;
    })().finally(() => {
      isWorking = false;
    });
    while (isWorking) {
      const found = brokenOf(await verifyLedger(world.pool, world.company));
      expect(found.map(lineOf), `round ${rounds}`).to.deep.equal([]);
      rounds += 1;
    }
    await work;
    expect(rounds).to.be.at.least(3);
  });

  it("OPS-3 DAY-4: facts that the accounts have not got yet are counted as on their way, not missed", async () => {
    const popug = await register(world, "Late");
    await awaitSettled(world.pool, 60_000);
    const client = await world.pool.connect();
    try {
      await client.query("begin");
      await client.query("lock table accounts in exclusive mode");
      const { body } = await ask(world, "task-board", "task.create", "new", { title: "On its way" }, popug);
      expect(isSettled(await awaitSettled(world.pool, 500))).to.equal(false);
      expect((await readUnsettled(world.pool)).facts).to.be.greaterThan(0);
      expect((await world.pool.query("select from entries where task_id = $1", [body.id])).rowCount).to.equal(
        0,
      );
      expect(brokenOf(await verifyLedger(world.pool, world.company)).map(lineOf)).to.deep.equal([]);
    } finally {
      await client.query("rollback");
      client.release();
    }
    await until(async () => isSettled(await readUnsettled(world.pool)), "everything arrives");
  });
});
