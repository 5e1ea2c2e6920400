import { expect } from "chai";
import { newUuid, type UserId } from "../../../schemas/ids.ts";
import { ready } from "../../../streams/connection.ts";
import { ADMIN, ask, commandEnvelope, register, type Sender } from "../../support/client.ts";
import { until } from "../../support/world.ts";
import { ParkingStage } from "./parking-stage.ts";
import { append, changed } from "./said-by.ts";

const REPLIES = "test:shuffle";
const ROSTER = ["Popug", "Pepe", "Polly", "Pino"];

interface Reply {
  readonly id: string;
  readonly accepted: boolean;
  readonly code?: string | null;
  readonly replayed: boolean;
}

describe("what is parked on the board, and for the day", function () {
  this.timeout(120_000);
  let parking: ParkingStage;
  let people: Sender[];
  const heard: Reply[] = [];
  let deafen: () => void;

  beforeEach(async () => {
    parking = await ParkingStage.open();
    await parking.start();
    people = [];
    for (const name of ROSTER) people.push(await register(parking.stage.world, name));
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

  const boss: Sender = { id: newUuid() as UserId, role: "manager" };
  const press = (id: string) =>
    append(
      parking.stage.world,
      "task-board",
      changed(commandEnvelope("tasks.shuffle", "shuffle", {}, boss, id), { replyto: REPLIES }),
    );
  const told = (id: string, count = 1) =>
    until(async () => {
      const own = heard.filter((reply) => reply.id === id);
      return own.length >= count && own;
    }, `${id} is answered`);
  const create = (title: string) =>
    ask(parking.stage.world, "task-board", "task.create", "new", { title }, people[0]);
  const complete = (id: string, assigneeId: UserId) =>
    ask(
      parking.stage.world,
      "task-board",
      "task.complete",
      `task/${id}`,
      { taskId: id },
      {
        id: assigneeId,
        role: "employee",
      },
    );
  const jobs = () =>
    parking.stage.rows<{ id: string; state: string }>("select id, state from jobs order by id");
  const waits = (count: number) =>
    until(async () => {
      const own = await parking.waiting();
      return own.length === count && own;
    }, `${count} wait`);

  it("G8 TT-6 EDGE-2: a press while the shuffle is parked is sent back as mailbox_parked and not stored; the board works on; after the fix the same key presses", async () => {
    for (let n = 0; n < 8; n++) await create(`Task ${n}`);
    parking.poisoned = (message) => message.type === "shuffle.continue";
    const [first, second] = [newUuid(), newUuid()];
    await press(first);
    expect((await told(first))[0]).to.include({ accepted: true });
    const [letter] = await waits(1);
    expect(letter).to.include({ kind: "task-board", type: "shuffle.continue", code: "handler_failed" });
    await press(second);
    expect((await told(second))[0]).to.include({ accepted: false, code: "mailbox_parked", replayed: false });
    expect(await parking.stage.count("select from commands where id = $1", [second])).to.equal(0);
    await press(first);
    expect((await told(first, 2))[1], "its answer is known").to.include({ accepted: true, replayed: true });
    const { body } = await create("Meanwhile");
    expect((await complete(body.id, body.assignee.id)).accepted, "the board works on").to.equal(true);
    expect((await jobs()).map(({ state }) => state)).to.deep.equal(["queued"]);

    parking.poisoned = () => false;
    await parking.ask([letter?.id ?? ""], "replay");
    await until(async () => (await jobs())[0]?.state === "done", "the shuffle is done");
    await press(second);
    expect((await told(second, 2))[1]).to.include({ accepted: true, replayed: false });
    await until(async () => (await jobs()).every(({ state }) => state === "done"), "both are done");
    expect(await jobs()).to.have.length(2);
    await parking.stage.settled();
    for (const { id } of people) expect(await parking.entriesOf(id)).to.deep.equal(await parking.stated(id));
  });

  it("DAY-4 DAY-6 G8: a day closes while an account is parked: it is held and the rest is paid, the day is sealed; its entries come late on the next date, and that day pays them", async () => {
    const victim = people[0]?.id as UserId;
    const firstDate = parking.stage.world.company.firstDate;
    await work(24);
    await parking.stage.settled();
    parking.poisoned = (message, kind) =>
      kind === "account" && message.type === "task.completed" && message.data.assigneeId === victim;
    await work(24);
    await parking.stage.settled();
    expect(await parking.waiting(), "chance gave it some").to.not.deep.equal([]);
    await closeDay(firstDate);
    const [sealed] = await until(async () => days("closed", 1), "the day is sealed");
    expect(sealed?.held).to.deep.equal([{ userId: victim, reason: "mailbox_parked" }]);
    expect(await paidOn(firstDate)).to.deep.equal(
      people
        .slice(1)
        .map(({ id }) => id)
        .sort(),
    );
    await work(12);

    parking.poisoned = () => false;
    await parking.ask([(await parking.waiting())[0]?.id ?? ""], "replay");
    await until(async () => (await parking.waiting()).length === 0, "the account is level");
    await parking.stage.settled();
    const late = await parking.stage.rows<{ open: boolean; late_of: string }>(
      "select business_date > late_of as open, late_of from entries where late_of is not null",
    );
    expect(late).to.not.deep.equal([]);
    expect(late.every((entry) => entry.open && entry.late_of === firstDate)).to.equal(true);
    expect(withoutPayouts(await parking.entriesOf(victim))).to.deep.equal(await parking.stated(victim));
    const [second] = await parking.stage.rows<{ date: string }>("select business_date as date from board");
    await closeDay(second?.date ?? "");
    const closed = await until(async () => days("closed", 2), "the next day is sealed");
    expect(closed[1]?.held).to.deep.equal([]);
    expect(await paidOn(second?.date ?? "")).to.include(victim);
    expect(await parking.stage.count("select from accounts where balance > 0")).to.equal(0);
    expect(await parking.stage.sum()).to.equal(0);
  });

  /** So many tasks, all of them completed by whoever they fell to. */
  async function work(tasks: number): Promise<void> {
    for (let n = 0; n < tasks; n++) {
      const { body } = await create(`Task ${n}`);
      expect((await complete(body.id, body.assignee.id)).accepted).to.equal(true);
    }
  }

  const closeDay = (businessDate: string) =>
    ask(parking.stage.world, "task-board", "day.close", "day", { businessDate }, ADMIN);

  async function days(state: string, count: number) {
    const rows = await parking.stage.rows<{ held: unknown[] }>(
      "select partitions -> 0 -> 'heldAccounts' as held from days where state = $1 order by business_date",
      [state],
    );
    return rows.length === count && rows;
  }

  const paidOn = async (date: string) =>
    (
      await parking.stage.rows<{ id: string }>(
        "select account_id as id from entries where kind = 'payout' and business_date = $1 order by 1",
        [date],
      )
    ).map(({ id }) => id);

  const withoutPayouts = <T extends { kind: string }>(entries: T[]) =>
    entries.filter(({ kind }) => kind !== "payout");
});
