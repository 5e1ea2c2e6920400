import { expect } from "chai";
import { newUuid } from "../../../schemas/ids.ts";
import { ask, register, type Sender } from "../../support/client.ts";
import { killerOf, PatchedWorker } from "../../support/patched-worker.ts";
import { until } from "../../support/world.ts";
import { append, creation } from "./said-by.ts";
import { Stage } from "./stage.ts";

/** The owner whom it comes new, the one who tells its batch, those that end over it alone, and one in between. */
const DEATHS_UNTIL_FOUND = 1 + 1 + 3 + 1;
const PATIENCE_MS = 60_000;

interface Letter {
  readonly code: string;
  readonly state: string;
  readonly attempts: number;
}

describe("a message that ends its host", function () {
  this.timeout(120_000);
  let stage: Stage;
  let worker: PatchedWorker | undefined;
  let popug: Sender;

  beforeEach(async () => {
    stage = await Stage.open({
      ATES_PARTITIONS: "1",
      ATES_BEAT_EVERY_MS: "300",
      ATES_LEASE_TTL_MS: "2000", // a busy machine must not lose leases by itself: owners are lost over the message alone
      ATES_RETRY_BASE_MS: "200",
      ATES_RETRY_ATTEMPTS_MAX: "2",
    });
    await stage.start();
    popug = await register(stage.world, "Popug");
    for (const name of ["Pepe", "Polly", "Pino"]) await register(stage.world, name);
    await stage.settled();
  });
  afterEach(async () => {
    await worker?.stop();
    await stage.end();
  });

  const letters = (title: string) =>
    stage.rows<Letter>(
      "select code, state, attempts from dead_letters where envelope like '%' || $1 || '%'",
      [title],
    );
  const posted = (title: string) =>
    stage.count("select from entries where title = $1 and kind = 'fee'", [title]);
  const decided = (id: string) =>
    until(
      async () =>
        (await stage.rows("select accepted, code from commands where id = $1 and state = 'done'", [id]))[0],
      "it is decided",
      PATIENCE_MS,
    );

  it("G8 EVT-4: a command is found within a few lives of its host, refused and kept; what came with it is decided", async () => {
    await stage.stopAll();
    const ids = [newUuid(), newUuid(), newUuid(), newUuid(), newUuid()];
    const killer = ids[2] ?? "";
    for (const id of ids)
      await append(
        stage.world,
        "task-board",
        creation(id === killer ? "Kills the board" : "Fine", popug, id),
      );
    worker = new PatchedWorker(stage.world, [killerOf("task-board", "Kills the board")]);
    expect(await decided(killer)).to.deep.equal({ accepted: false, code: "unprocessable_message" });
    for (const id of ids) expect((await decided(id)) as object).to.include({ accepted: id !== killer });
    expect(worker.deaths).to.be.within(1, DEATHS_UNTIL_FOUND);
    expect(await letters("Kills the board")).to.deep.equal([
      { code: "host_lost", state: "dead", attempts: 1 },
    ]);
    const { deaths } = worker;
    expect(
      (await ask(stage.world, "task-board", "task.create", "new", { title: "After" }, popug)).accepted,
    ).to.equal(true);
    await stage.settled();
    expect(worker.deaths).to.equal(deaths);
    expect(await posted("Fine")).to.equal(4);
    expect(await stage.count("select from dead_letters where state <> 'dead'")).to.equal(0);
  });

  it("G8: a fact is parked, tried once more with care, and held; the other accounts of its partition go on; replayed after the fix, its account is level", async () => {
    await stage.stopAll();
    worker = new PatchedWorker(stage.world, [killerOf("account", "Kills the account")]);
    const create = (title: string) => ask(stage.world, "task-board", "task.create", "new", { title }, popug);
    const titles = ["Kills the account", ...Array.from({ length: 12 }, (_, n) => `Fine ${n}`)];
    const ids = titles.map(() => newUuid());
    for (const [n, title] of titles.entries())
      await append(stage.world, "task-board", creation(title, popug, ids[n]));
    for (const id of ids) expect(await decided(id)).to.include({ accepted: true });
    await until(
      async () => (await letters("Kills the account")).some(({ state }) => state === "held"),
      "it is held",
      PATIENCE_MS,
    );
    // Found, and tried once more.
    expect(worker.deaths).to.be.within(2, DEATHS_UNTIL_FOUND + 1);
    expect(await letters("Kills the account")).to.deep.equal([
      { code: "host_lost", state: "held", attempts: 2 },
    ]);
    await create("After");
    await stage.settled(PATIENCE_MS);
    const waiting = await stage.rows<{ account: string; messages: number }>(
      "select actor as account, count(*) as messages from dead_letters where state <> 'dead' group by actor",
    );
    expect(waiting).to.have.length(1);
    expect(await stage.count("select from entries where kind = 'fee'")).to.equal(
      14 - (waiting[0]?.messages ?? 0),
    );
    await worker.stop();

    await stage.start();
    await stage.world.pool.query(
      "update dead_letters set asked = 'replay', asked_at = now() where state = 'held'",
    );
    await until(
      async () => (await stage.count("select from entries where kind = 'fee'")) === 14,
      "it is level",
    );
    const [order] = await stage.rows<{ posted: string[]; assigned: string[] }>(
      `select (select array_agg(title order by number) from entries where kind = 'fee' and 'account/' || account_id = $1) as posted,
              (select array_agg(title order by number) from tasks where 'account/' || assignee_id = $1) as assigned`,
      [waiting[0]?.account],
    );
    expect(order?.posted).to.deep.equal(order?.assigned);
    expect(await stage.count("select from dead_letters")).to.equal(0);
    expect(await stage.sum()).to.equal(0);
  });
});
