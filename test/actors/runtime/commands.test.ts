import { expect } from "chai";
import { promiseCommand } from "../../../ops/promise-command.ts";
import { newUuid } from "../../../schemas/ids.ts";
import { ready } from "../../../streams/connection.ts";
import { commandEnvelope, register, type Sender } from "../../support/client.ts";
import { until } from "../../support/world.ts";
import { append, changed, creation } from "./said-by.ts";
import { Stage, sleep, storeWith } from "./stage.ts";

interface Reply {
  readonly id: string;
  readonly accepted: boolean;
  readonly code?: string;
  readonly replayed: boolean;
  readonly body: { readonly id?: string };
  /** Whether the outcome was in Postgres when the reply was heard. */
  readonly stored: boolean;
}

const REPLIES = "test:replies";

describe("commands, each decided once", function () {
  this.timeout(120_000);
  let stage: Stage;
  let popug: Sender;
  let commitDelayMs = 0;
  const heard: Reply[] = [];
  /** How often Redis was told. */
  let told = 0;
  let deafen: () => void;

  const start = () =>
    stage.start({
      store: storeWith((real) => ({
        async commit(lease, writes) {
          if (writes.commands.length > 0) await sleep(commitDelayMs);
          await real.commit(lease, writes);
        },
      })),
    });

  before(async () => {
    stage = await Stage.open();
    await start();
    popug = await register(stage.world, "Popug");
    const ears = await ready(stage.world.connect("subscriber"));
    deafen = () => ears.disconnect();
    let hearing: Promise<unknown> = Promise.resolve();
    const hear = (line: string) => {
      const reply = JSON.parse(line);
      const stored = stage.count("select from commands where id = $1 and state = 'done'", [reply.id]);
      // One after the other: the order of the replies is part of what is tested.
      hearing = hearing.then(async () => heard.push({ ...reply, stored: (await stored) === 1 }));
    };
    ears.on("message", (_channel: string, lines: string) => {
      told += 1;
      for (const line of lines.split("\n")) hear(line);
    });
    await ears.subscribe(REPLIES);
  });
  after(async () => {
    deafen();
    await stage.end();
  });

  const command = (title: string, id: string) => changed(creation(title, popug, id), { replyto: REPLIES });
  const replies = (id: string, count: number) =>
    until(async () => {
      const own = heard.filter((reply) => reply.id === id);
      return own.length >= count && own;
    }, `${count} replies`);
  const made = (title: string) => stage.count("select from tasks where title = $1", [title]);

  it("EDGE-2 G1: the reply comes after the commit, however long that takes", async () => {
    commitDelayMs = 250;
    const id = newUuid();
    await append(stage.world, "task-board", command("Slow", id));
    await sleep(150);
    expect(heard.filter((reply) => reply.id === id)).to.deep.equal([]);
    const [reply] = await replies(id, 1);
    expect(reply).to.include({ accepted: true, replayed: false, stored: true });
    commitDelayMs = 0;
  });

  it("EDGE-2: the same command again, one after the other: one effect, and the first answer", async () => {
    const id = newUuid();
    await append(stage.world, "task-board", command("Again", id));
    const [first] = await replies(id, 1);
    await append(stage.world, "task-board", command("Again", id));
    const [, second] = await replies(id, 2);
    expect(second).to.deep.equal({ ...first, replayed: true });
    expect(await made("Again")).to.equal(1);
  });

  it("EDGE-2: the same command three times in one batch: one effect, and the first answer to each", async () => {
    await stage.stopAll();
    const id = newUuid();
    for (let time = 0; time < 3; time++) await append(stage.world, "task-board", command("Thrice", id));
    await start();
    const [first, ...others] = await replies(id, 3);
    expect(first).to.include({ accepted: true, replayed: false });
    for (const other of others) expect(other).to.deep.equal({ ...first, replayed: true });
    expect(await made("Thrice")).to.equal(1);
    await stage.settled();
    expect(await stage.count("select from entries where task_id = $1", [first?.body.id])).to.equal(1);
  });

  it("EDGE-2: twenty at once from many connections: one effect", async () => {
    const id = newUuid();
    await Promise.all(
      Array.from({ length: 20 }, () => append(stage.world, "task-board", command("At once", id))),
    );
    const all = await replies(id, 20);
    expect(new Set(all.map((reply) => reply.body.id)).size).to.equal(1);
    expect(all.filter((reply) => !reply.replayed)).to.have.length(1);
    expect(await made("At once")).to.equal(1);
  });

  it("EDGE-2: the replies of a batch are told to their edge at once, one a line", async () => {
    await stage.stopAll();
    const ids = Array.from({ length: 30 }, () => newUuid());
    await Promise.all(ids.map((id) => append(stage.world, "task-board", command("Together", id))));
    const before = told;
    await start();
    for (const id of ids) expect(await replies(id, 1)).to.have.length(1);
    expect(told - before).to.be.within(1, 5);
  });

  for (const [how, restart] of [
    ["later", false],
    ["in the same batch", true],
  ] as const) {
    it(`EDGE-2: another command under the same key, ${how}, is refused as key_reused and does nothing`, async () => {
      const id = newUuid();
      const [one, other] = [`One ${how}`, `Other ${how}`];
      if (restart) await stage.stopAll();
      await append(stage.world, "task-board", command(one, id));
      if (!restart) await replies(id, 1);
      await append(stage.world, "task-board", command(other, id));
      if (restart) await start();
      const [first, second] = await replies(id, 2);
      expect(first).to.include({ accepted: true });
      expect(second).to.include({ accepted: false, code: "key_reused", replayed: false });
      expect([await made(one), await made(other)]).to.deep.equal([1, 0]);
    });
  }

  it("EDGE-2: another command under the key of a promised one is refused, and the promise is kept", async () => {
    const id = newUuid();
    await stage.world.pool.query(
      `insert into commands (id, fingerprint, topic, type, state, envelope)
       values ($1, $2, 'task-board', 'task.create', 'pending', $3)`,
      [id, JSON.parse(command("Promised first", id)).fingerprint, command("Promised first", id)],
    );
    await append(stage.world, "task-board", command("In its place", id));
    const [first] = await replies(id, 1);
    expect(first).to.include({ accepted: false, code: "key_reused", replayed: false, stored: false });
    const [, kept] = await replies(id, 2);
    expect(kept).to.include({ accepted: true, stored: true });
    expect([await made("Promised first"), await made("In its place")]).to.deep.equal([1, 0]);
  });

  it("EDGE-2: a rejection is stored and told again, also when the cause is gone", async () => {
    const id = newUuid();
    const taskId = newUuid();
    const complete = changed(commandEnvelope("task.complete", `task/${taskId}`, { taskId }, popug, id), {
      replyto: REPLIES,
    });
    await append(stage.world, "task-board", complete);
    const [first] = await replies(id, 1);
    expect(first).to.include({ accepted: false, code: "task_not_found", stored: true });
    await append(stage.world, "task-board", complete);
    const [, second] = await replies(id, 2);
    expect(second).to.deep.equal({ ...first, replayed: true });
  });

  const promise = (title: string, id: string) =>
    promiseCommand(stage.world.pool, {
      id,
      source: "/ates/edge",
      topic: "task-board",
      type: "task.create",
      subject: "new",
      data: { title },
      fingerprint: "of the promise",
      sender: popug,
      nowMs: Date.now(),
    });
  const kept = (id: string) =>
    until(
      async () =>
        (await stage.count(
          "select from commands where id = $1 and state = 'done' and accepted and envelope is null",
          [id],
        )) === 1,
      "the promise is kept",
    );

  it("G6 EDGE-4: a promised command is decided although its entry never existed", async () => {
    const id = newUuid();
    await promise("Promised", id);
    await kept(id);
    expect(await made("Promised")).to.equal(1);
  });

  it("G6 EDGE-4: a promised command that was appended, too, and twice, is decided once", async () => {
    const id = newUuid();
    await promise("Promised and sent", id);
    const [row] = await stage.rows<{ envelope: string | null }>(
      "select envelope from commands where id = $1",
      [id],
    );
    const envelope =
      row?.envelope ?? commandEnvelope("task.create", "new", { title: "Promised and sent" }, popug, id);
    await append(stage.world, "task-board", envelope);
    await append(stage.world, "task-board", envelope);
    await kept(id);
    await stage.settled();
    await sleep(300);
    expect(await made("Promised and sent")).to.equal(1);
  });

  it("EDGE-4: a promise whose envelope no worker here can read is sent again ever more rarely, and stays a promise", async () => {
    const id = newUuid();
    await stage.stopAll();
    await promise("Of a version to come", id);
    await stage.world.pool.query(
      "update commands set envelope = replace(envelope, 'urn:ates:task.create:1', 'urn:ates:task.create:9') where id = $1",
      [id],
    );
    await start();
    const letters = () => stage.count("select from dead_letters where envelope like '%' || $1 || '%'", [id]);
    await until(async () => (await letters()) === 1, "it is sent, and buried");
    await sleep(1_000); // five looks of the keeper
    expect(await letters()).to.equal(1);
    expect(await stage.count("select from commands where id = $1 and state = 'pending'", [id])).to.equal(1);
  });
});
