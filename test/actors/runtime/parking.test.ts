import { expect } from "chai";
import type { Envelope } from "../../../schemas/envelope.ts";
import { newUuid, type UserId } from "../../../schemas/ids.ts";
import { ask, commandEnvelope, register, type Sender } from "../../support/client.ts";
import { until } from "../../support/world.ts";
import { ParkingStage } from "./parking-stage.ts";
import { append, changed, creation } from "./said-by.ts";
import { sleep } from "./stage.ts";

const ROSTER = ["Popug", "Pepe", "Polly", "Pino", "Paco"];

describe("a parked mailbox", function () {
  this.timeout(120_000);
  let parking: ParkingStage;
  let people: Sender[];
  let victim: UserId;

  beforeEach(async () => {
    parking = await ParkingStage.open();
    await parking.start();
    people = [];
    for (const name of ROSTER) people.push(await register(parking.stage.world, name));
    victim = people[0]?.id as UserId;
    await parking.stage.settled();
  });
  afterEach(() => parking.stage.end());

  const boss: Sender = { id: newUuid() as UserId, role: "admin" };
  const isVictims = (message: Envelope) =>
    (message.type === "task.assigned" || message.type === "task.completed") &&
    message.data.assigneeId === victim;
  const total = () => parking.stage.count("select from entries");

  /** The commands are in the stream before anybody reads them. */
  async function create(titles: readonly string[]): Promise<void> {
    const ids = titles.map(() => newUuid());
    for (const [n, title] of titles.entries())
      await append(parking.stage.world, "task-board", creation(title, people[1] as Sender, ids[n]));
    await decided(ids);
  }

  async function completeAll(): Promise<void> {
    const tasks = await parking.stage.rows<{ id: string; assignee_id: string }>(
      "select id, assignee_id from tasks where status = 'open' order by number",
    );
    const ids = tasks.map(() => newUuid());
    for (const [n, task] of tasks.entries()) {
      const sender = { id: task.assignee_id, role: "employee" } as Sender;
      const data = { taskId: task.id };
      const envelope = commandEnvelope("task.complete", `task/${task.id}`, data, sender, ids[n]);
      await append(parking.stage.world, "task-board", envelope);
    }
    await decided(ids);
  }

  const decided = (ids: readonly string[]) =>
    until(
      async () =>
        (await parking.stage.count("select from commands where id = any($1) and state = 'done'", [ids])) ===
        ids.length,
      "all are decided",
    );
  const titles = (word: string, count: number) => Array.from({ length: count }, (_, n) => `${word} ${n}`);

  async function expectLevel(): Promise<void> {
    expect(await parking.waiting()).to.deep.equal([]);
    for (const { id } of people)
      expect(await parking.entriesOf(id), id).to.deep.equal(await parking.stated(id));
    expect(await parking.stage.sum()).to.equal(0);
  }

  it("G8 EVT-4: the other accounts go on in the same commits; the parked one waits in order over a restart and a takeover, and its ledger is as if never poisoned", async () => {
    parking.poisoned = isVictims;
    await parking.stage.stopAll();
    for (let n = 0; n < 40; n++)
      await parking.charge(people[n % people.length]?.id as UserId, [`Early ${n}`]);
    await parking.start();
    await until(async () => (await total()) === 32, "the others are level");
    await until(
      // Postgres shows a commit before its partition hears of it
      async () => parking.commits.some(({ letters, facts }) => letters.length > 0 && facts.length > 0),
      "its letters and the entries of others are one commit",
    );
    await completeAll();
    await parking.stage.settled();
    expect(await parking.entriesOf(victim)).to.deep.equal([]);
    for (const { id } of people.slice(1))
      expect(await parking.entriesOf(id), "level").to.deep.equal(await parking.stated(id));
    const [first, ...behind] = await parking.waiting();
    expect(first).to.include({ code: "handler_failed", attempts: 1, actor: `account/${victim}` });
    expect(
      behind.every(
        ({ code, attempts, actor }) => code === "waits" && attempts === 0 && actor === first?.actor,
      ),
    ).to.equal(true);

    await parking.stage.stopAll(); // a restart …
    await parking.start();
    await create(titles("Middle", 20));
    await parking.stage.settled();
    await parking.stage.world.pool.query("update partitions set epoch = epoch + 1, owner = null"); // … and a takeover
    await create(titles("Late", 20));
    await parking.stage.settled();
    expect(await parking.entriesOf(victim)).to.deep.equal([]);
    expect(await parking.waiting()).to.have.length((await parking.stated(victim)).length);

    parking.poisoned = () => false;
    await parking.ask([first?.id ?? ""], "replay");
    await until(async () => (await parking.waiting()).length === 0, "the account is level");
    await expectLevel();
  });

  it("G8: a parked mailbox is tried again by its timer, over a restart, and what arrives meanwhile is booked behind it", async () => {
    await parking.stage.stopAll();
    const limits = { retryBaseMs: 400, retryMaxMs: 400 };
    await parking.start({ limits });
    parking.poisoned = isVictims;
    await create(titles("Early", 20));
    await parking.stage.stopAll();
    await parking.start({ limits });
    await create(titles("Late", 10));
    parking.poisoned = () => false;
    await until(async () => (await parking.waiting()).length === 0, "the timer brings it level");
    await parking.stage.settled();
    await expectLevel();
    expect(await parking.stage.count("select from later where envelope like '%mailbox.retry%'")).to.equal(0);
  });

  it("G8: after the last attempt money is held: no timer, no further attempt, also by a new owner; an operator's replay brings it level", async () => {
    await parking.stage.stopAll();
    const limits = { retryBaseMs: 1, retryMaxMs: 2, retryAttemptsMax: 3 };
    await parking.start({ limits });
    parking.poisoned = isVictims;
    await create(titles("Poison", 30));
    const [held] = await until(async () => {
      const own = await parking.letters("state = 'held'");
      return own.length > 0 && own;
    }, "it is held");
    expect(held).to.include({ attempts: 3 });
    expect(await parking.stage.count("select from later where envelope like '%mailbox.retry%'")).to.equal(0);
    await parking.stage.stopAll();
    await parking.start({ limits });
    await create(titles("Behind", 10));
    await parking.stage.settled();
    await sleep(100);
    expect((await parking.letters("state = 'held'")).map(({ attempts }) => attempts)).to.deep.equal([3]);
    parking.poisoned = () => false;
    await parking.ask([held?.id ?? ""], "replay");
    await until(async () => (await parking.waiting()).length === 0, "the account is level");
    await expectLevel();
  });

  it("G8: a mail's message is given up after the last attempt, and what waits behind it goes on; replayed, it changes nothing twice", async () => {
    await parking.stage.stopAll();
    await parking.start({ limits: { retryBaseMs: 1, retryMaxMs: 2, retryAttemptsMax: 3 } });
    await create(titles("Paid", 30));
    await completeAll();
    await parking.stage.settled();
    parking.poisoned = (message, kind) =>
      kind === "mailer" && message.type === "payout.settled" && message.source === "/ates/payment/0";
    const { world } = parking.stage;
    await ask(world, "task-board", "day.close", "day", { businessDate: world.company.firstDate }, boss);
    const dead = await until(async () => {
      const own = await parking.letters("kind = 'mailer' and state = 'dead'");
      return own.length === people.length && own;
    }, "they are given up");
    expect(dead.every(({ attempts, code }) => attempts === 3 && code === "handler_failed")).to.equal(true);
    expect(await parking.letters("state <> 'dead'")).to.deep.equal([]);
    expect(await parking.stage.count("select from mails where template = 'receipt'")).to.equal(0);
    const behind = { id: newUuid(), source: "/ates/directory/0", sequence: "1" };
    await append(world, "payouts", changed(dead[0]?.envelope ?? "", behind));
    await until(
      async () => (await parking.stage.count("select from mails where template = 'receipt'")) === 1,
      "the next one of its mailbox is decided",
    );
    parking.poisoned = () => false;
    await parking.ask(
      dead.map(({ id }) => id),
      "replay",
    );
    await until(async () => (await parking.letters()).length === 0, "they are decided");
    await parking.stage.settled();
    expect(await parking.stage.count("select from mails where template = 'receipt'")).to.equal(people.length);
  });

  it("EVT-4 G8: of the letters of a retry the one that Postgres refuses is found; those before it are booked, those behind it wait", async () => {
    parking.poisoned = isVictims;
    const names = titles("Letter", 9);
    await parking.charge(victim, names);
    await until(async () => (await parking.waiting()).length === 9, "all wait");
    parking.poisoned = () => false;
    await parking.stage.world.pool.query(
      "alter table entries add constraint polite check (title <> 'Letter 5')",
    );
    const [first] = await parking.waiting();
    await parking.ask([first?.id ?? ""], "replay");
    await until(
      async () => (await parking.letters("code = 'data_refused'")).length === 1,
      "the culprit is found",
    );
    expect((await parking.entriesOf(victim)).map(({ title }) => title)).to.deep.equal(names.slice(0, 5));
    const left = await parking.waiting();
    expect(left.map(({ attempts }) => attempts)).to.deep.equal([1, 0, 0, 0]);
    await create(["For anybody"]);
    await parking.stage.world.pool.query("alter table entries drop constraint polite");
    await parking.ask([left[0]?.id ?? ""], "replay");
    await until(async () => (await parking.waiting()).length === 0, "the account is level");
    const own = (await parking.entriesOf(victim))
      .map(({ title }) => title)
      .filter((title) => title?.startsWith("Letter"));
    expect(own).to.deep.equal(names);
    expect(await parking.stage.sum()).to.equal(0);
  });

  it("G8: 3,000 letters are tried in batches and in order, what arrives meanwhile goes behind them, and memory knows only their number", async () => {
    parking.poisoned = isVictims;
    const [early, late] = [titles("Early", 3_000), titles("Late", 40)];
    await parking.charge(victim, early);
    await until(async () => (await parking.waiting()).length === 3_000, "all wait", 20_000);
    await parking.stage.stopAll();
    parking.poisoned = () => false;
    parking.readings.length = 0;
    const inBatches = { batchEntriesMax: 250 };
    await parking.start({ limits: inBatches });
    expect(parking.readings, "opening reads none").to.deep.equal([]);
    parking.onReading = async () => {
      if (parking.readings.length === 3) await parking.charge(victim, late);
    };
    const [first] = await parking.waiting();
    await parking.ask([first?.id ?? ""], "replay");
    await until(async () => (await total()) === 3_040, "the account is level", 40_000);
    expect(Math.max(...parking.readings)).to.equal(250);
    expect((await parking.entriesOf(victim)).map(({ title }) => title)).to.deep.equal([...early, ...late]);
    expect(await parking.waiting()).to.deep.equal([]);
    expect(await parking.stage.sum()).to.equal(0);
  });

  it("G8: of letters of a megabyte each a few are read at a time, however many a batch may hold", async () => {
    await parking.charge(victim, titles("x".repeat(1_000_000), 12));
    await until(async () => (await parking.waiting()).length === 12, "all wait", 20_000);
    const [first] = await parking.waiting();
    expect(first).to.include({ code: "invalid_data" });
    // By its timer, which asks for as many as a batch may hold.
    await parking.stage.world.pool.query("update later set due_at = now() where kind = 'account'");
    await parking.stage.stopAll();
    parking.readings.length = 0;
    await parking.start();
    await until(async () => parking.readings.length > 0, "it is tried");
    expect(Math.max(...parking.readings)).to.be.within(1, 5);
    await parking.ask(
      (await parking.waiting()).map(({ id }) => id),
      "drop",
    );
    await until(async () => (await parking.waiting()).length === 0, "they are dropped");
    await create(["After"]);
    await parking.stage.settled();
    expect(await parking.stage.count("select from entries where title = 'After'")).to.equal(1);
    expect(await parking.stage.sum()).to.equal(0);
  });
});
