import { expect } from "chai";
import { awaitSettled } from "../../ops/lag.ts";
import { verifyLedger } from "../../ops/verify/verify-ledger.ts";
import { newUuid } from "../../schemas/ids.ts";
import { runAtes } from "../ops/cli/run-ates.ts";
import type { Api } from "../support/api.ts";
import { ask, register, type Sender } from "../support/client.ts";
import { signInAll } from "../support/people.ts";
import { newWorld, until, type World } from "../support/world.ts";

/** Enough for two tries within a second. */
const QUICK = { ATES_RETRY_BASE_MS: "20", ATES_RETRY_ATTEMPTS_MAX: "2" };

interface Letter {
  readonly id: string;
  readonly state: string;
  readonly attempts: number;
  readonly asked: string | null;
}

describe("a poisoned account", function () {
  this.timeout(120_000);
  let world: World;
  let admin: Api;
  let popug: Sender;

  beforeEach(async () => {
    world = await newWorld(QUICK);
    await world.worker();
    admin = (await signInAll(world, await world.edge())).admin.api;
    popug = await register(world, "Poisoned");
    await poison(popug.id);
  });
  afterEach(() => world.end());

  /** Postgres refuses every entry of the account: a fault of the data that only an operator can mend. */
  async function poison(id: string): Promise<void> {
    await world.pool.query(`
      create or replace function refuse_poisoned() returns trigger language plpgsql as $$
      begin raise exception 'the account is poisoned' using errcode = '23514'; end $$;
      create trigger poison before insert on entries for each row when (new.account_id = '${id}')
        execute function refuse_poisoned()`);
  }
  const cure = () => world.pool.query("drop trigger poison on entries");

  /** So many tasks, completed; who they fell to is the board's chance. */
  async function work(tasks: number): Promise<void> {
    for (let n = 1; n <= tasks; n++) {
      const { body } = await ask(world, "task-board", "task.create", "new", { title: `Task ${n}` }, popug);
      const assignee = { id: body.assignee.id, role: "employee" } as Sender;
      await ask(world, "task-board", "task.complete", `task/${body.id}`, { taskId: body.id }, assignee);
    }
  }

  const letters = async (): Promise<Letter[]> =>
    (await admin("GET", "/ops/dead-letters?kind=account&limit=200")).body.items;
  const entriesOf = async (id: string) =>
    (
      await world.pool.query(
        "select number, task_id, kind from entries where account_id = $1 order by number",
        [id],
      )
    ).rows;
  /** The account's tasks in the order of the board, a fee before its reward. */
  const owed = async () =>
    (
      await world.pool.query("select id from tasks where assignee_id = $1 order by number", [popug.id])
    ).rows.flatMap(({ id }) => [
      { number: 0, task_id: id, kind: "fee" },
      { number: 0, task_id: id, kind: "reward" },
    ]);
  const ofOthers = async () =>
    (await world.pool.query("select id from tasks where assignee_id <> $1", [popug.id])).rows;
  const held = () =>
    until(async () => (await letters()).find(({ state }) => state === "held"), "the first message is held");

  async function poisonedWork(): Promise<Letter> {
    const isEnough = async () => (await owed()).length >= 6 && (await ofOthers()).length > 0;
    for (let tries = 0; tries < 60 && !(await isEnough()); tries++) await work(1);
    const first = await held();
    await until(async () => (await letters()).length === (await owed()).length, "all of it waits");
    return first;
  }

  async function expectLevel(): Promise<void> {
    const expected = (await owed()).map((entry, at) => ({ ...entry, number: at + 1 }));
    await until(async () => (await entriesOf(popug.id)).length === expected.length, "the account is level");
    expect(await entriesOf(popug.id)).to.deep.equal(expected);
    await awaitSettled(world.pool, 60_000);
    const broken = (await verifyLedger(world.pool, world.company)).filter(({ verdict }) => verdict !== "ok");
    expect(broken).to.deep.equal([]);
  }

  it("G8 EVT-4: waits alone; after the cure one replay over HTTP brings it level, in order", async () => {
    const first = await poisonedWork();
    const entriesOfOthers = async () =>
      (await world.pool.query("select 1 from entries where task_id is not null")).rows.length;
    const expected = 2 * (await ofOthers()).length;
    await until(async () => (await entriesOfOthers()) === expected, "the others have all of theirs");
    expect(await entriesOf(popug.id)).to.deep.equal([]);
    await cure();
    const { status, body } = await admin("POST", `/ops/dead-letters/${first.id}/replay`);
    expect([status, body.asked]).to.deep.equal([202, "replay"]);
    await until(async () => (await letters()).length === 0, "nothing is left");
    await expectLevel();
    const { items } = (await admin("GET", "/ops/audit")).body;
    expect(items[0]).to.include({ action: "dead-letter.replay", subject: `dead-letter/${first.id}` });
    expect(items[0].by.name).to.equal("The admin");
  });

  it("G8 EVT-4: a replay before the cure fails again and says why; after it the command line brings it level", async () => {
    const first = await poisonedWork();
    const early = await runAtes(["dead-letters", "replay", "--kind", "account", "--yes"], { world });
    expect(early.out).to.include(`  ${first.id}  data_refused: the account is poisoned\n`);
    expect(early.out)
      .to.match(/waits behind/)
      .and.match(/^handled 0 of \d+ dead letters; \d+ failed again\n$/m);
    expect(early.code).to.equal(1);
    await held();
    await cure();
    const { code, out } = await runAtes(["dead-letters", "replay", "--all", "--yes"], { world });
    expect(out).to.match(/^handled (\d+) of \1 dead letters\n$/m);
    expect(code).to.equal(0);
    await expectLevel();
  });

  it("EVT-4: what is dropped is gone for good, what waits behind it goes on", async () => {
    const first = await poisonedWork();
    await cure();
    const all = await owed();
    const { status } = await admin("POST", `/ops/dead-letters/${first.id}/drop`, { reason: "by hand" });
    expect(status).to.equal(202);
    await until(async () => (await letters()).length === 0, "nothing is left");
    const expected = all.slice(1).map((entry, at) => ({ ...entry, number: at + 1 }));
    expect(await entriesOf(popug.id)).to.deep.equal(expected);
    expect((await admin("POST", `/ops/dead-letters/${newUuid()}/drop`, { reason: "x" })).status).to.equal(
      404,
    );
  });

  it("EVT-4: a whole mailbox is dropped by the command line, and none of it is booked", async () => {
    await poisonedWork();
    await cure();
    const args = ["dead-letters", "drop", "--kind", "account", "--reason", "a test", "--yes"];
    const { code, out } = await runAtes(args, { world });
    expect(out).to.match(/^dropped (\d+) of \1 dead letters\n$/m);
    expect(code).to.equal(0);
    expect(await entriesOf(popug.id)).to.deep.equal([]);
    await work(1);
    await awaitSettled(world.pool, 60_000);
    expect(await letters()).to.deep.equal([]);
  });
});
