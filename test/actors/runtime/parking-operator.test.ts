import { expect } from "chai";
import type { Envelope } from "../../../schemas/envelope.ts";
import { newUuid, type UserId } from "../../../schemas/ids.ts";
import { REJECTIONS } from "../../../schemas/rejections.ts";
import { ready } from "../../../streams/connection.ts";
import { commandEnvelope, register, type Sender } from "../../support/client.ts";
import { until } from "../../support/world.ts";
import { ParkingStage } from "./parking-stage.ts";
import { append, changed, creation } from "./said-by.ts";

const REPLIES = "test:parked";
const QUICK = { retryBaseMs: 1, retryMaxMs: 2, retryAttemptsMax: 2 };

describe("letters and their operator", function () {
  this.timeout(120_000);
  let parking: ParkingStage;
  let popug: Sender;
  let victim: UserId;
  const heard: { id: string; code?: string; accepted: boolean; replayed: boolean; detail?: string }[] = [];
  let deafen: () => void;

  beforeEach(async () => {
    parking = await ParkingStage.open();
    await parking.start();
    popug = await register(parking.stage.world, "Popug");
    victim = popug.id;
    await parking.stage.settled();
    const ears = await ready(parking.stage.world.connect("subscriber"));
    deafen = () => ears.disconnect();
    ears.on("message", (_channel: string, lines: string) => {
      for (const line of lines.split("\n")) heard.push(JSON.parse(line));
    });
    await ears.subscribe(REPLIES);
  });
  afterEach(async () => {
    deafen();
    heard.length = 0;
    await parking.stage.end();
  });

  const titled = (word: string) => (message: Envelope) =>
    "title" in message.data && message.data.title === word;
  const booked = async () => (await parking.entriesOf(victim)).map(({ title }) => title);
  const titles = (word: string, count: number) => Array.from({ length: count }, (_, n) => `${word} ${n}`);
  const level = () => until(async () => (await parking.waiting()).length === 0, "the account is level");
  const waits = (count: number) =>
    until(async () => {
      const own = await parking.waiting();
      return own.length === count && own;
    }, `${count} wait`);
  const idOf = async (title: string) =>
    (await parking.letters("envelope like '%\"title\":\"' || $1 || '\"%'", [title]))[0]?.id ?? "";
  const outcome = async (id: string) =>
    (await parking.stage.rows("select state, accepted, code from commands where id = $1", [id]))[0];
  const told = (id: string, count = 1) =>
    until(async () => {
      const own = heard.filter((reply) => reply.id === id);
      return own.length >= count && own;
    }, `${id} is answered`);

  async function park(names: readonly string[], bad: string): Promise<void> {
    parking.poisoned = titled(bad);
    await parking.charge(victim, names);
    await waits(names.length - names.indexOf(bad));
  }

  it("G8: asked about a letter in the middle the owner tries the mailbox from its first: nothing is overtaken", async () => {
    const names = titles("Letter", 5);
    await park(names, "Letter 0");
    await parking.ask([await idOf("Letter 3")], "replay");
    await parking.answered();
    expect((await parking.waiting()).map(({ attempts }) => attempts)).to.deep.equal([2, 0, 0, 0, 0]);
    expect(await booked()).to.deep.equal([]);
    parking.poisoned = () => false;
    await parking.ask([await idOf("Letter 3")], "replay");
    await level();
    expect(await booked()).to.deep.equal(names);
  });

  it("G8: a drop of the first opens the mailbox for the rest; of one in the middle it leaves the order of the others", async () => {
    const names = titles("Letter", 6);
    await park(names, "Letter 0");
    await parking.ask([await idOf("Letter 2")], "drop");
    await waits(5);
    expect(await booked()).to.deep.equal([]);
    await parking.ask([await idOf("Letter 0")], "drop");
    await level();
    expect(await booked()).to.deep.equal(["Letter 1", "Letter 3", "Letter 4", "Letter 5"]);
    expect(await parking.letters()).to.deep.equal([]);
  });

  it("G8: a drop of the first while a retry runs over it: it is booked or dropped, never both, and the rest goes on in order", async () => {
    const names = titles("Letter", 8);
    await park(names, "Letter 0");
    const first = await idOf("Letter 0");
    parking.onReading = async () => {
      parking.onReading = async () => {};
      await parking.ask([first], "drop");
    };
    await parking.ask([await idOf("Letter 1")], "replay");
    await level();
    expect(await booked()).to.deep.equal(names.slice(1));
    await parking.answered();
    expect(await parking.letters()).to.deep.equal([]);
    await parking.charge(victim, ["After"]);
    await until(async () => (await booked()).at(-1) === "After", "its mailbox is open");
  });

  it("G8: the last one dropped opens the mailbox; a drop of all of them at once leaves nothing", async () => {
    const names = titles("Letter", 3);
    await park(names, "Letter 0");
    await parking.ask(
      (await parking.waiting()).map(({ id }) => id),
      "drop",
    );
    await level();
    await parking.charge(victim, ["After"]);
    await until(async () => (await booked()).length === 1, "its mailbox is open");
    expect(await booked()).to.deep.equal(["After"]);
    expect(await parking.letters()).to.deep.equal([]);
  });

  it("G8: asked twice, and about what is gone: nothing happens twice, and nothing stops", async () => {
    const names = titles("Letter", 3);
    await park(names, "Letter 0");
    const first = await idOf("Letter 0");
    parking.poisoned = () => false;
    // By hand, behind the owner's back: it still counts three.
    await parking.stage.world.pool.query("delete from dead_letters where envelope like '%Letter 2%'");
    await parking.ask([first], "replay");
    await parking.ask([first], "replay");
    await level();
    await parking.ask([first, newUuid()], "replay");
    await parking.charge(victim, ["After"]);
    await until(async () => (await booked()).includes("After"), "its mailbox is open");
    expect(await booked()).to.deep.equal(["Letter 0", "Letter 1", "After"]);
  });

  it("G8: a mailbox that is tried again and again by an operator keeps one timer, over new owners, too", async () => {
    await park(["Bad"], "Bad");
    for (let time = 0; time < 4; time++) {
      await parking.ask([await idOf("Bad")], "replay");
      await parking.answered();
    }
    const timers = () => parking.stage.count("select from later where envelope like '%mailbox.retry%'");
    expect(await timers()).to.equal(5);
    await parking.stage.stopAll();
    await parking.stage.world.pool.query(
      `update later set due_at = now() + row.n * interval '150 ms'
         from (select id, row_number() over (order by id) as n from later) as row where row.id = later.id`,
    );
    await parking.start();
    await until(async () => (await timers()) === 1, "one is left");
    expect((await parking.waiting()).map(({ attempts }) => attempts)).to.deep.equal([6]);
  });

  it("G8 EDGE-2: a command for a parked actor is sent back and not stored; one that has its answer gets it; one that nobody can read is kept", async () => {
    const taskId = newUuid();
    const subject = `task/${taskId}`;
    const edit = (id: string, attributes = {}) =>
      changed(commandEnvelope("task.edit", subject, { taskId, title: "New" }, popug, id), {
        replyto: REPLIES,
        ...attributes,
      });
    const [before, meanwhile] = [newUuid(), newUuid()];
    await append(parking.stage.world, "task-board", edit(before));
    const [first] = await told(before);
    // No fact is addressed to a task: a stranger's command in a channel is what parks one.
    parking.poisoned = (message) => message.source === "/ates/stranger/0";
    await append(
      parking.stage.world,
      "task-board",
      edit(newUuid(), { source: "/ates/stranger/0", sequence: "1" }),
    );
    await waits(1);
    await append(parking.stage.world, "task-board", edit(before));
    const [, again] = await told(before, 2);
    expect(again).to.deep.equal({ ...first, replayed: true });
    await append(parking.stage.world, "task-board", edit(meanwhile));
    const [sentBack] = await told(meanwhile);
    expect(sentBack).to.include({
      accepted: false,
      code: "mailbox_parked",
      detail: REJECTIONS.mailbox_parked,
    });
    expect(await outcome(meanwhile)).to.equal(undefined);
    const unreadable = newUuid();
    await append(parking.stage.world, "task-board", edit(unreadable, { dataschema: "urn:ates:task.edit:9" }));
    await until(
      async () => (await parking.letters("state = 'dead' and code = 'unknown_version'")).length === 1,
      "it is kept",
    );
    parking.poisoned = () => false;
    await parking.ask([(await parking.waiting())[0]?.id ?? ""], "replay");
    await level();
    await append(parking.stage.world, "task-board", edit(meanwhile));
    const [, decided] = await told(meanwhile, 2);
    expect(decided).to.include({ accepted: false, code: "task_not_found", replayed: false });
  });

  it("EVT-4 EDGE-2: a failed command that is replayed happens once, and its outcome is told from then on; twice asked it happens once", async () => {
    parking.poisoned = titled("Stumbles");
    const id = newUuid();
    const command = changed(creation("Stumbles", popug, id), { replyto: REPLIES });
    await append(parking.stage.world, "task-board", command);
    expect((await told(id))[0]).to.include({ accepted: false, code: "unprocessable_message" });
    parking.poisoned = () => false;
    const [letter] = await parking.letters("state = 'dead'");
    await parking.ask([letter?.id ?? ""], "replay");
    await until(async () => (await parking.letters()).length === 0, "it is replayed");
    await parking.ask([letter?.id ?? ""], "replay");
    expect(await outcome(id)).to.deep.equal({ state: "done", accepted: true, code: null });
    await append(parking.stage.world, "task-board", command);
    await until(
      async () => heard.some((reply) => reply.id === id && reply.replayed && reply.accepted),
      "it is told",
    );
    await parking.stage.settled();
    expect(await booked()).to.deep.equal(["Stumbles"]);
  });

  it("EVT-4 EDGE-2: a dead command that was sent again and decided meanwhile is not decided again, however many letters it left", async () => {
    const id = newUuid();
    const command = creation("Sent again", popug, id);
    for (let time = 0; time < 3; time++)
      await append(
        parking.stage.world,
        "task-board",
        changed(command, { dataschema: "urn:ates:task.create:9" }),
      );
    await until(async () => (await parking.letters("state = 'dead'")).length === 3, "they are kept");
    await append(parking.stage.world, "task-board", command);
    await until(async () => (await outcome(id))?.state === "done", "it is decided");
    // As a host that knows the version reads them.
    await parking.stage.world.pool.query(
      "update dead_letters set envelope = replace(envelope, 'create:9', 'create:1')",
    );
    await parking.ask(
      (await parking.letters()).map((letter) => letter.id),
      "replay",
    );
    await until(async () => (await parking.letters()).length === 0, "they are done with");
    await parking.stage.settled();
    expect(await booked()).to.deep.equal(["Sent again"]);
    expect(await parking.stage.count("select from tasks")).to.equal(1);
  });

  it("EVT-4: 200 dead commands replayed at once are each decided once; those that fail again stay, with another attempt", async () => {
    await parking.stage.stopAll();
    await parking.start({ limits: QUICK });
    parking.poisoned = (message) => message.type === "task.create";
    const ids = Array.from({ length: 200 }, () => newUuid());
    for (const [n, id] of ids.entries())
      await append(
        parking.stage.world,
        "task-board",
        creation(n % 10 === 0 ? "Still bad" : `Task ${n}`, popug, id),
      );
    await until(async () => (await parking.letters("state = 'dead'")).length === 200, "they are refused");
    parking.poisoned = titled("Still bad");
    await parking.ask(
      (await parking.letters()).map((letter) => letter.id),
      "replay",
    );
    await parking.answered();
    await parking.stage.settled();
    expect(await parking.stage.count("select from tasks")).to.equal(180);
    expect(await booked()).to.have.length(180);
    const left = await parking.letters();
    expect(left).to.have.length(20);
    expect(left.every(({ attempts, state }) => attempts === 2 && state === "dead")).to.equal(true);
    expect(await parking.stage.count("select from commands where id = any($1) and accepted", [ids])).to.equal(
      180,
    );
  });
});
