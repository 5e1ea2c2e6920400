import { expect } from "chai";
import { awaitSettled } from "../../../ops/lag.ts";
import { CHECKS } from "../../../ops/verify/verify-ledger.ts";
import { ask, register } from "../../support/client.ts";
import { newWorld, type World } from "../../support/world.ts";
import { runAtes } from "./run-ates.ts";

describe("ates verify", function () {
  this.timeout(120_000);
  let world: World;

  before(async () => {
    world = await newWorld();
    const host = await world.worker();
    const popug = await register(world, "Popug");
    await ask(world, "task-board", "task.create", "new", { title: "Count the seeds" }, popug);
    await awaitSettled(world.pool, 60_000);
    await host.stop();
  });
  after(() => world.end());

  it("OPS-3 INV-1: prints a line per check with what it looked at, and exits 0 when all hold", async () => {
    const { code, out, err } = await runAtes(["verify"], { world });
    expect(err).to.equal("");
    const lines = out.trimEnd().split("\n");
    expect(lines[0]).to.equal("settled: nothing is on its way");
    expect(lines[1]).to.match(/^ok 1a the sum of all ledger accounts is zero \(2 ledger accounts\)$/);
    expect(lines.slice(1, -1).map((line) => line.split(" ").slice(0, 2).join(" "))).to.deep.equal(
      CHECKS.map(({ id }) => `ok ${id}`),
    );
    expect(lines.at(-1)).to.equal(`all ${CHECKS.length} checks hold`);
    expect(code).to.equal(0);
  });

  it("OPS-3: --json says the same in one document", async () => {
    const { code, out } = await runAtes(["verify", "--json", "--settled", "0"], { world });
    const { unsettled, findings } = JSON.parse(out);
    expect(unsettled).to.deep.equal({ facts: 0, due: 0, promised: 0 });
    expect(findings).to.have.length(CHECKS.length);
    expect(findings[0]).to.include({ check: "1a", verdict: "ok", broken: 0 });
    expect(code).to.equal(0);
  });

  it("ACC-9 OPS-3: names the first broken row and exits 1", async () => {
    await world.pool.query("alter table entries disable trigger entries_are_final");
    const { rows } = await world.pool.query(
      "update entries set title = 'Eat the seeds' returning account_id",
    );
    const { code, out } = await runAtes(["verify"], { world });
    expect(out).to.include(
      `BROKEN 1e the entries of every account form an unbroken hash chain: entry 1 of account ${rows[0].account_id}`,
    );
    expect(out.trimEnd().split("\n").at(-1)).to.equal(`1 of ${CHECKS.length} checks are BROKEN`);
    expect(code).to.equal(1);
  });

  it("OPS-3: says what is under way when nothing settles in time", async () => {
    await world.pool.query(
      "insert into commands (id, fingerprint, topic, type, state, envelope) values (gen_random_uuid(), '', 'task-board', 'task.create', 'pending', '{}')",
    );
    const { out } = await runAtes(["verify", "--settled", "0"], { world });
    expect(out).to.match(
      /^not settled: 0 facts are on their way to a group, 0 messages are due, 1 commands are undecided/,
    );
  });

  it("OPS-3: refuses a wrong option with what was expected, exit code 2", async () => {
    const { code, err } = await runAtes(["verify", "--settled", "soon"], { world });
    expect(err).to.equal("ates: --settled: expected whole seconds, got soon\n");
    expect(code).to.equal(2);
  });
});
