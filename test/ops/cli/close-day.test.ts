import { expect } from "chai";
import { nextDate, plusDays } from "../../../schemas/business-date.ts";
import { ask, register } from "../../support/client.ts";
import { newWorld, type World } from "../../support/world.ts";
import { runAtes } from "./run-ates.ts";

describe("ates close-day", function () {
  this.timeout(120_000);
  let world: World;

  before(async () => {
    world = await newWorld();
  });
  after(() => world.end());

  it("OPS-3: says that no worker is alive, and promises nothing", async () => {
    const { code, err } = await runAtes(["close-day"], { world });
    expect(err).to.match(/^ates: no worker is alive, so nobody would close the day: start `ates worker`/);
    expect(code).to.equal(1);
    expect((await world.pool.query("select from commands")).rowCount).to.equal(0);
  });

  it("DAY-2 DAY-6 OPS-3: closes the board's current date, shows progress, and says what was paid", async () => {
    const date = world.company.firstDate;
    await world.worker();
    const popug = await register(world, "Popug");
    const { body: task } = await ask(world, "task-board", "task.create", "new", { title: "Fly home" }, popug);
    await ask(world, "task-board", "task.complete", `task/${task.id}`, { taskId: task.id }, popug);
    const { code, out, err } = await runAtes(["close-day"], { world });
    expect(err).to.equal("");
    expect(out).to.match(new RegExp(`^${date}: asking the board\n`));
    const [fee, reward] = [task.feeMinor, task.rewardMinor];
    const paid = Math.max(0, reward - fee);
    expect(out).to.include(
      `${date} is closed: fees ${fee}, rewards ${reward}, income ${fee - reward}, ${paid > 0 ? 1 : 0} payouts of ${paid} in all`,
    );
    expect(code).to.equal(0);
    const { rows } = await world.pool.query("select state, seal_hash from days where business_date = $1", [
      date,
    ]);
    expect(rows[0].state).to.equal("closed");
    expect(out).to.include(`seal ${rows[0].seal_hash}`);
  });

  it("DAY-5 OPS-3: a date that is closed stays closed: nothing is asked a second time", async () => {
    const before = (await world.pool.query("select from commands where type = 'day.close'")).rowCount;
    const { code, out } = await runAtes(["close-day", world.company.firstDate], { world });
    expect(out).to.match(new RegExp(`^${world.company.firstDate} was closed already: fees `));
    expect(code).to.equal(0);
    expect((await world.pool.query("select from commands where type = 'day.close'")).rowCount).to.equal(
      before,
    );
  });

  it("DAY-1 OPS-3: a date that has not begun, or was before the first, is refused with the board's date", async () => {
    const open = nextDate(world.company.firstDate);
    const future = await runAtes(["close-day", plusDays(open, 1)], { world });
    expect([future.err, future.code]).to.deep.equal([
      `ates: ${plusDays(open, 1)} has not begun: the board's business date is ${open}\n`,
      1,
    ]);
    const past = plusDays(world.company.firstDate, -1);
    const early = await runAtes(["close-day", past], { world });
    expect(early.err).to.equal(
      `ates: ${past} is before the first business date, ${world.company.firstDate}\n`,
    );
    const wrong = await runAtes(["close-day", "2026-02-30"], { world });
    expect([wrong.err, wrong.code]).to.deep.equal([
      "ates: expected a date such as 2026-10-05, got 2026-02-30\n",
      2,
    ]);
  });

  it("DAY-2: two operators who close the same date at once both see it closed, once", async () => {
    const date = nextDate(world.company.firstDate);
    const both = await Promise.all([
      runAtes(["close-day"], { world }),
      runAtes(["close-day", date], { world }),
    ]);
    for (const { code, out, err } of both) {
      expect([err, code]).to.deep.equal(["", 0]);
      expect(out).to.match(new RegExp(`^${date} (is closed|was closed already): `, "m"));
    }
    const { rows } = await world.pool.query("select business_date from board");
    expect(rows[0].business_date).to.equal(nextDate(date));
  });
});
