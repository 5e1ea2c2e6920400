import { expect } from "chai";
import { newUuid } from "../../../schemas/ids.ts";
import { ADMIN, ask, commandEnvelope, register, type Sender } from "../../support/client.ts";
import { until } from "../../support/world.ts";
import { append, creation } from "./said-by.ts";
import { Stage } from "./stage.ts";

/** Where a commit can fail: the trigger's event, and what the board writes there. */
const PLACES = [
  {
    place: "the fence",
    on: "after update on partitions",
    when: "new.kind = 'task-board' and old.inbox is not null",
  },
  { place: "the outbox", on: "after insert on outbox", when: "new.kind = 'task-board'" },
  { place: "the commands' outcomes", on: "after insert on commands", when: "true" },
  { place: "the actor's store: a task", on: "after insert on tasks", when: "true" },
  { place: "the actor's store: the history", on: "after insert on task_history", when: "true" },
] as const;

describe("one transaction per batch", function () {
  this.timeout(120_000);
  let stage: Stage;
  let popug: Sender;

  before(async () => {
    stage = await Stage.open();
    await stage.start();
    popug = await register(stage.world, "Popug");
    // A sequence is not rolled back: it counts the failures that a rolled back transaction would forget.
    await stage.world.pool.query(`
      create sequence faults;
      create function fail_once() returns trigger language plpgsql as $$
      begin
        if nextval('faults') = 1 then raise exception 'the server stumbles'; end if;
        return null;
      end $$`);
  });
  after(() => stage.end());
  afterEach(() => stage.settled());

  async function failOnce(on: string, when: string, kind = ""): Promise<void> {
    await stage.world.pool.query("alter sequence faults restart");
    await stage.world.pool.query(
      `create ${kind} trigger stumble ${on} ${kind === "" ? "" : "deferrable initially deferred"}
         for each row when (${when}) execute function fail_once()`,
    );
  }

  async function mend(on: string): Promise<void> {
    await stage.world.pool.query(`drop trigger stumble ${on.replace(/^.* on /, "on ")}`);
  }

  /** Until the fault has struck. */
  const struck = () =>
    until(
      async () => (await stage.rows<{ is_called: boolean }>("select is_called from faults"))[0]?.is_called,
      "the fault",
    );

  /** All that a commit of the board writes, in one snapshot, but the epoch. */
  async function written(id: string): Promise<unknown> {
    const [row] = await stage.rows(
      `select (select json_build_array(inbox, outbox, cursors) from partitions where kind = 'task-board') as position,
              (select json_object_agg(key, value) from partitions, jsonb_each(outbox) where kind = 'task-board') as marks,
              (select count(*) from tasks) as tasks, (select count(*) from task_history) as history,
              (select last_number from board) as number, (select count(*) from later where kind = 'task-board') as later,
              (select count(*) from commands where id = $1) as commands,
              (select count(*) from dead_letters) as dead`,
      [id],
    );
    return row;
  }

  async function expectOnce(id: string, before: number): Promise<void> {
    const { accepted, body } = await until(async () => {
      const [row] = await stage.rows<{ accepted: boolean; body: { id: string } }>(
        "select accepted, body from commands where id = $1 and state = 'done'",
        [id],
      );
      return row;
    }, "it is decided again");
    expect(accepted).to.equal(true);
    await stage.settled();
    expect(await stage.count("select from tasks")).to.equal(before + 1);
    expect(
      await stage.count("select from task_history where task_id = $1 and kind = 'created'", [body.id]),
    ).to.equal(1);
    expect(await stage.count("select from entries where task_id = $1 and kind = 'fee'", [body.id])).to.equal(
      1,
    );
    expect(await stage.sum()).to.equal(0);
  }

  for (const { place, on, when } of PLACES) {
    it(`G1: a statement that fails at ${place} leaves nothing, and the command is decided again, once`, async () => {
      const id = newUuid();
      const before = await written(id);
      const tasks = await stage.count("select from tasks");
      await failOnce(on, when);
      await append(stage.world, "task-board", creation("Falls, and is picked up", popug, id));
      await struck();
      expect(await written(id)).to.deep.equal(before);
      await expectOnce(id, tasks);
      await mend(on);
    });
  }

  it("G1: a commit that fails at COMMIT itself leaves nothing, and the command is decided again, once", async () => {
    const id = newUuid();
    const before = await written(id);
    const tasks = await stage.count("select from tasks");
    await failOnce("after insert on outbox", "new.kind = 'task-board'", "constraint");
    await append(stage.world, "task-board", creation("Refused at the door", popug, id));
    await struck();
    expect(await written(id)).to.deep.equal(before);
    await expectOnce(id, tasks);
    await mend("after insert on outbox");
  });

  for (const on of ["after insert on later", "after delete on later"]) {
    it(`G1: a failure ${on} loses no piece of a shuffle and does none twice`, async () => {
      await failOnce(on, on.includes("insert") ? "new.kind = 'task-board'" : "old.kind = 'task-board'");
      const { accepted } = await ask(stage.world, "task-board", "tasks.shuffle", "shuffle", {}, ADMIN);
      expect(accepted).to.equal(true);
      await struck();
      await until(
        async () => (await stage.count("select from jobs where state <> 'done'")) === 0,
        "the shuffle ends",
      );
      await stage.settled();
      expect(await stage.count("select from later where kind = 'task-board'")).to.equal(0);
      await mend(on);
      await expectBooks();
    });
  }

  it("G1 EVT-4: a failure at the dead letters leaves none, and the message is buried once, later", async () => {
    await failOnce("after insert on dead_letters", "true");
    const before = await stage.count("select from dead_letters");
    await append(stage.world, "task-board", "not a message");
    await struck();
    expect(await stage.count("select from dead_letters")).to.equal(before);
    await until(async () => (await stage.count("select from dead_letters")) === before + 1, "it is buried");
    await mend("after insert on dead_letters");
  });

  it("G1: a rejection commits too: outcome and position, and nothing is sent", async () => {
    const position = async () =>
      (await stage.rows("select outbox, cursors from partitions where kind = 'task-board'"))[0];
    const before = await position();
    const taskId = newUuid();
    const { id, accepted, code } = await ask(
      stage.world,
      "task-board",
      "task.complete",
      `task/${taskId}`,
      { taskId },
      popug,
    );
    expect({ accepted, code }).to.deep.equal({ accepted: false, code: "task_not_found" });
    const after = await position();
    expect(after?.outbox).to.deep.equal(before?.outbox);
    expect(after?.cursors).not.to.deep.equal(before?.cursors);
    // Told again, the same: the outcome is stored, not found anew.
    const entry = await append(
      stage.world,
      "task-board",
      commandEnvelope("task.complete", `task/${taskId}`, { taskId }, popug, id),
    );
    await until(async () => JSON.stringify(await position()).includes(entry), "it is read");
    expect(await stage.count("select from commands where id = $1", [id])).to.equal(1);
  });

  /** One fee for each assignment in the board's history, and as many fees as the board counts. */
  async function expectBooks(): Promise<void> {
    const [row] = await stage.rows(
      `select (select count(*) from entries where kind = 'fee') as fees,
              (select sum(assignments) from tasks)::int as assignments`,
    );
    expect(row?.fees).to.equal(row?.assignments);
    expect(await stage.sum()).to.equal(0);
  }
});
