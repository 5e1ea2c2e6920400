import { randomBytes } from "node:crypto";
import { expect } from "chai";
import { ACTORS } from "../../../ops/roles/worker.ts";
import { dataschema } from "../../../schemas/envelope.ts";
import { newUuid } from "../../../schemas/ids.ts";
import { partitionOf } from "../../../streams/partition.ts";
import { ALL_TOPICS, groupsOf, streamKey, type Topic } from "../../../streams/topology.ts";
import { ask, commandEnvelope, register, type Sender } from "../../support/client.ts";
import { until } from "../../support/world.ts";
import { append, changed, creation } from "./said-by.ts";
import { type AnyActor, Stage } from "./stage.ts";

const READ = ALL_TOPICS.filter((topic) => groupsOf(topic).length > 0);
const HUGE = 3_000_000;

/** Everything that is no message, by what is wrong with it. */
function garbage(): Record<string, string | Buffer> {
  const sender: Sender = { id: newUuid() as Sender["id"], role: "employee" };
  const command = commandEnvelope("task.create", "new", { title: "Poison" }, sender);
  const asFact = { source: "/ates/evil/1", sequence: "1" };
  return {
    "random bytes": randomBytes(300),
    nothing: "",
    "a zero byte": "\u0000",
    "no JSON": "{",
    "a number": "42",
    null: "null",
    "an array": "[[]]",
    "an empty object": "{}",
    "nested deeply": "[".repeat(200_000) + "]".repeat(200_000),
    "no schema's data": changed(command, { data: { title: "" } }),
    "an unknown type": changed(command, { type: "task.eat", dataschema: "urn:ates:task.eat:1" }),
    "an unknown version": changed(command, { dataschema: "urn:ates:task.create:99" }),
    "a type with a zero byte": changed(command, { type: "task\u0000.create" }),
    "a schema of another type": changed(command, { dataschema: "urn:ates:task.edit:1" }),
    "a huge title": changed(command, { data: { title: "x".repeat(HUGE) } }),
    "an id that is none": changed(command, { id: "1" }),
    "an id in upper case": changed(command, { id: newUuid().toUpperCase() }),
    "an id as a URN": changed(command, { id: `urn:uuid:${newUuid()}` }),
    "a fact of nobody": changed(command, { ...asFact, type: "task.eaten" }),
    "a number that is none": changed(command, {
      source: "/ates/task-board/0",
      sequence: "NaN",
      type: "task.eaten",
    }),
    "a fraction": changed(command, { source: "/ates/task-board/0", sequence: "1.5", type: "task.eaten" }),
    "a number without end": changed(command, { source: "/ates/task-board/0", sequence: "9".repeat(400) }),
    "a source with a zero byte": changed(command, { source: "/ates/\u0000/0", sequence: "1" }),
    "an internal message": changed(command, {
      type: "shuffle.continue",
      dataschema: dataschema("shuffle.continue", 1),
      data: { jobId: newUuid() },
    }),
  };
}

describe("poison", function () {
  this.timeout(120_000);
  let stage: Stage;
  let popug: Sender;
  let poisoned = (_message: string): boolean => false;

  /** The board with a handler that throws where the test says so. */
  const board: AnyActor = {
    ...ACTORS["task-board"].actor,
    decide(state, message, context) {
      if (poisoned(`decide ${JSON.stringify(message.data)}`)) throw new Error("decide stumbles");
      return ACTORS["task-board"].actor.decide(state, message, context);
    },
    evolve(state, fact) {
      if (poisoned(`evolve ${fact.type} ${JSON.stringify(fact.data)}`)) throw new Error("evolve stumbles");
      return ACTORS["task-board"].actor.evolve(state, fact);
    },
  };

  before(async () => {
    stage = await Stage.open();
    await stage.start({ actors: { "task-board": board } });
    popug = await register(stage.world, "Popug");
    await stage.settled();
  });
  after(() => stage.end());
  afterEach(() => {
    poisoned = () => false;
  });

  const letters = (where = "true", params: unknown[] = []) =>
    stage.rows<{ code: string; reason: string; trace_id: string; actor: string; kind: string; type: string }>(
      `select * from dead_letters where ${where} order by id`,
      params,
    );
  const create = (title: string) => ask(stage.world, "task-board", "task.create", "new", { title }, popug);

  async function readToTheEnd(topic: Topic): Promise<void> {
    const key = streamKey({ topic, partition: 0 });
    await until(async () => {
      const groups = (await stage.world.redis.xinfo("GROUPS", key)) as unknown[][];
      const info = (await stage.world.redis.xinfo("STREAM", key)) as unknown[];
      const value = (list: unknown[], name: string) => list[list.indexOf(name) + 1];
      return groups.every(
        (group) =>
          value(group, "pending") === 0 &&
          value(group, "last-delivered-id") === value(info, "last-generated-id"),
      );
    }, `${topic} is read to the end`);
  }

  it("EVT-4: whatever is put into any topic is buried once by each of its groups, and nothing stops", async () => {
    const all = garbage();
    for (const topic of READ) {
      for (const payload of Object.values(all)) await append(stage.world, topic, payload);
    }
    for (const topic of READ) await readToTheEnd(topic);
    for (const topic of READ) {
      const buried = Map.groupBy(await letters("topic = $1", [topic]), ({ kind }) => kind);
      expect([...buried.keys()].sort(), topic).to.deep.equal(groupsOf(topic).toSorted());
      for (const [kind, own] of buried)
        expect(own.length, `${kind} of ${topic}`).to.equal(Object.keys(all).length);
    }
    expect(await letters("reason = '' or code = ''")).to.deep.equal([]);
    expect((await create("After the poison")).accepted).to.equal(true);
    await stage.settled();
    await expectBooks();
  });

  it("EVT-4 G3: the same poison read again gives the same letters, not more", async () => {
    const before = await letters();
    for (const topic of READ) {
      const key = streamKey({ topic, partition: 0 });
      for (const group of groupsOf(topic)) await stage.world.redis.xgroup("SETID", key, group, "0");
    }
    for (const topic of READ) await readToTheEnd(topic);
    expect(await letters()).to.deep.equal(before);
  });

  it("EVT-4 G8: a decision that throws becomes one dead letter with reason and trace, and its sender is told", async () => {
    poisoned = (message) => message.startsWith("decide") && message.includes("Stumble");
    const { id, accepted, code } = await create("Stumble");
    expect({ accepted, code }).to.deep.equal({ accepted: false, code: "unprocessable_message" });
    const own = await letters("envelope like '%' || $1 || '%'", [id]);
    expect(own).to.have.length(1);
    expect(own[0]).to.include({ code: "handler_failed", reason: "decide stumbles", type: "task.create" });
    expect(own[0]?.trace_id).to.match(/^[0-9a-f]{32}$/);
    expect((await create("Walk on")).accepted).to.equal(true);
  });

  it("EVT-4 G1: a fact that throws half-way leaves nothing of its decision, and its neighbours in the batch are decided once", async () => {
    poisoned = (message) => message.startsWith("evolve task.assigned") && message.includes("Half");
    await stage.stopAll();
    const [bad, ...good] = [newUuid(), newUuid(), newUuid(), newUuid()];
    await append(stage.world, "task-board", creation("Good 0", popug, good[0]));
    await append(stage.world, "task-board", creation("Half", popug, bad));
    await append(stage.world, "task-board", creation("Good 1", popug, good[1]));
    await append(stage.world, "task-board", creation("Good 2", popug, good[2]));
    await stage.start({ actors: { "task-board": board } });
    await until(
      async () =>
        (await stage.count("select from commands where id = any($1) and state = 'done'", [
          [bad, ...good],
        ])) === 4,
      "all are decided",
    );
    await stage.settled();
    expect(await stage.count("select from tasks where title = 'Half'")).to.equal(0);
    expect(await stage.count("select from tasks where title like 'Good _'")).to.equal(3);
    expect((await letters("reason = 'evolve stumbles'")).map(({ code }) => code)).to.deep.equal([
      "handler_failed",
    ]);
    await expectBooks();
  });

  it("EVT-4: what Postgres refuses is found in its batch: only the culprit is buried", async () => {
    await stage.world.pool.query("alter table tasks add constraint polite check (title <> 'Rude')");
    await stage.stopAll();
    const titles = ["Kind 0", "Kind 1", "Rude", "Kind 2", "Zero \u0000 byte", "Kind 3"];
    const ids = titles.map(() => newUuid());
    for (const [n, title] of titles.entries()) {
      await append(stage.world, "task-board", creation(title, popug, ids[n]));
    }
    await stage.start();
    await until(
      async () =>
        (await stage.count("select from commands where id = any($1) and state = 'done'", [ids])) ===
        ids.length,
      "all are decided",
    );
    const done = await stage.rows<{ id: string }>("select id from commands where id = any($1) and accepted", [
      ids,
    ]);
    expect(done.map(({ id }) => id).sort()).to.deep.equal(
      ids.filter((_, n) => titles[n]?.startsWith("Kind")).sort(),
    );
    await stage.settled();
    expect(await stage.count("select from tasks where title like 'Kind _'")).to.equal(4);
    await expectBooks();
  });

  it("G8 EVT-4: a fact that cannot be posted parks its account, the others go on; dropped by an operator, the account is brought level", async () => {
    const [row] = await stage.rows<{ p: number; account: string }>(
      "select partition as p, account_id as account from entries limit 1",
    );
    const stream = streamKey({ topic: "tasks", partition: row?.p ?? 0 });
    const [genuine] = (await stage.world.redis.xrange(stream, "-", "+"))
      .map(([, pair]) => pair[1] ?? "")
      .filter((payload) => payload.includes('"type":"task.assigned"') && payload.startsWith("{"));
    const { data } = JSON.parse(genuine ?? "{}");
    const forged = changed(genuine ?? "", {
      id: newUuid(),
      source: "/ates/forger/7",
      sequence: "1",
      data: { ...data, businessDate: "2031-01-01" },
    });
    const before = await stage.count("select from entries");
    await append(stage.world, "tasks", forged, row?.p ?? 0);
    const of = "envelope like '%/ates/forger/7%' and kind = 'account'";
    const [found] = await until(async () => {
      const own = await letters(of);
      return own.length > 0 && own;
    }, "it is parked");
    expect(found?.reason).to.match(/\d{4}-\d\d-\d\d/);
    expect((await create("For the same account")).accepted).to.equal(true);
    await until(async () => (await letters("code = 'waits'")).length === 1, "the next one waits behind it");
    expect(await stage.count("select from entries")).to.equal(before);
    await stage.world.pool.query(`update dead_letters set asked = 'drop', asked_at = now() where ${of}`);
    await until(
      async () => (await stage.count("select from entries")) === before + 1,
      "the account is level",
    );
    await until(async () => (await letters("state <> 'dead'")).length === 0, "the dropped one is gone");
    await expectBooks();
  });

  const home = () => partitionOf(popug.id, stage.world.company.partitions);
  const epochs = () => stage.rows("select kind, partition, epoch from partitions order by 1, 2");

  /** A fact of a channel of nobody's that no account can book, for whatever mailbox. */
  async function unbookable(partitionkey: string, sequence: string, attributes = {}): Promise<string> {
    const [payload] = (
      await stage.world.redis.xrange(streamKey({ topic: "tasks", partition: home() }), "-", "+")
    )
      .map(([, pair]) => pair[1] ?? "")
      .filter((each) => each.startsWith("{") && each.includes('"type":"task.assigned"'));
    const { data } = JSON.parse(payload ?? "{}");
    const head = { id: newUuid(), source: "/ates/directory/0", sequence, partitionkey };
    return changed(payload ?? "", { ...head, data: { ...data, businessDate: "2031-01-01" }, ...attributes });
  }

  it("G8 EVT-4: a mailbox whose name Postgres cannot hold as it is waits and is tried like any other", async () => {
    const before = await epochs();
    const names = ["\u0000", "a\u0000b", "b\ud800", "x".repeat(200)];
    for (const [n, name] of names.entries())
      await append(stage.world, "tasks", await unbookable(name, String(n + 1)), home());
    const of = "envelope like '%/ates/directory/0%' and kind = 'account' and state = 'parked'";
    await until(async () => (await letters(of)).length === names.length, "they wait");
    await stage.world.pool.query(`update dead_letters set asked = 'replay', asked_at = now() where ${of}`);
    const tried = () =>
      stage.count(`select from dead_letters where ${of} and asked is null and attempts >= 2`);
    await until(async () => (await tried()) === names.length, "they are tried");
    await append(stage.world, "tasks", await unbookable("a\u0000b", "5"), home());
    await until(
      async () => (await letters(`${of} and code = 'waits'`)).length === 1,
      "the next one waits behind",
    );
    expect(await epochs(), "no partition was lost over it").to.deep.equal(before);
  });

  it("G8 EVT-4: what can never be handled is a dead letter at once, also behind a parked message of its actor", async () => {
    const unknown = { type: "task.eaten", dataschema: "urn:ates:task.eaten:1" };
    await append(stage.world, "tasks", await unbookable("a\u0000b", "6", unknown), home());
    await append(stage.world, "tasks", await unbookable("a\u0000b", "7", { time: "yesterday" }), home());
    const dead = () => letters("envelope like '%/ates/directory/0%' and kind = 'account' and state = 'dead'");
    await until(async () => (await dead()).length === 2, "they are dead");
    expect((await dead()).map(({ code }) => code).sort()).to.deep.equal(["invalid_envelope", "unknown_type"]);
    await stage.world.pool.query(
      "update dead_letters set asked = 'drop', asked_at = now() where envelope like '%/ates/directory/0%'",
    );
    await until(async () => (await letters("state <> 'dead'")).length === 0, "the operator drops the rest");
  });

  it("EVT-4: a command whose head Postgres cannot hold as it is is answered, and the board goes on", async () => {
    const before = await epochs();
    const id = newUuid();
    const odd = { fingerprint: "\u0000", replyto: "\u0000" };
    await append(stage.world, "task-board", changed(creation("Odd head", popug, id), odd));
    await until(
      async () => (await stage.count("select from commands where id = $1 and state = 'done'", [id])) === 1,
      "it is answered",
    );
    expect((await create("After the odd one")).accepted).to.equal(true);
    expect(await epochs(), "no partition was lost over it").to.deep.equal(before);
  });

  async function expectBooks(): Promise<void> {
    const [row] = await stage.rows(
      `select (select count(*) from entries where kind = 'fee') as fees,
              (select coalesce(sum(assignments), 0)::int from tasks) as assignments`,
    );
    expect(row?.fees).to.equal(row?.assignments);
    expect(await stage.sum()).to.equal(0);
  }
});
