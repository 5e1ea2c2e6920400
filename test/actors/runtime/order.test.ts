import { expect } from "chai";
import { inboxKey } from "../../../streams/inbox.ts";
import { type Kind, streamKey } from "../../../streams/topology.ts";
import { ADMIN, ask, register, type Sender } from "../../support/client.ts";
import { until } from "../../support/world.ts";
import { append, changed } from "./said-by.ts";
import { gate, Stage, sleep } from "./stage.ts";

const CHANNEL_SOURCE = "/ates/task-board/0";

interface Sent {
  readonly partition: number;
  readonly envelope: string;
}

describe("the order of a channel", function () {
  this.timeout(120_000);
  let stage: Stage;
  let popug: Sender;
  /** Account partitions are taken by nobody while it is closed: what is for them waits in the streams. */
  const closed = new Set<Kind>(["account"]);
  /** What the board sent for accounts, in the order of its numbers. */
  let sent: Sent[];

  before(async () => {
    stage = await Stage.open();
    await stage.start({ store: gate(closed) });
    popug = await register(stage.world, "Popug");
    for (let n = 0; n < 6; n++) {
      await ask(stage.world, "task-board", "task.create", "new", { title: `Task ${n}` }, popug);
    }
    await ask(stage.world, "task-board", "tasks.shuffle", "shuffle", {}, ADMIN);
    sent = await stage.rows<Sent>(
      `select topic_partition as partition, envelope from outbox
        where kind = 'task-board' and topic = 'tasks' order by topic_partition, sequence`,
    );
  });
  after(() => stage.end());

  const at = () => ({ topic: "tasks" as const, partition: sent[0]?.partition ?? 0 });
  const mark = async () =>
    (
      await stage.rows<{ mark: number }>(
        "select (inbox ->> $1)::int as mark from partitions where kind = 'account' and partition = $2",
        [inboxKey(at(), CHANNEL_SOURCE), at().partition],
      )
    )[0]?.mark ?? 0;

  it("G5: rows of the outbox wait for every group: analytics has read them, the accounts have not", async () => {
    await until(
      async () =>
        (await stage.count(
          `select from partitions where kind = 'analytics' and partition = $1 and (inbox ->> $2)::int = $3`,
          [at().partition, inboxKey(at(), CHANNEL_SOURCE), sent.length],
        )) === 1,
      "analytics has all of it",
    );
    await sleep(500); // some ticks of the keeper
    expect(await stage.count("select from outbox where topic = 'tasks'")).to.equal(sent.length);
    expect(await stage.count("select from entries")).to.equal(0);
  });

  it("G4 G5: entries deleted before they are read come again, and are applied in the channel's order", async () => {
    const key = streamKey(at());
    const entries = await stage.world.redis.xrange(key, "-", "+");
    for (const index of [0, 3, 4]) await stage.world.redis.xdel(key, entries[index]?.[0] ?? "");
    closed.delete("account");
    await until(async () => (await mark()) === sent.length, "the accounts have all of it", 15_000);
    await stage.settled();
    const wanted = sent
      .map(({ envelope }) => JSON.parse(envelope))
      .filter(({ type }) => type === "task.assigned")
      .map(({ data }) => data.taskId);
    const booked = await stage.rows<{ task_id: string }>("select task_id from entries order by number");
    expect(booked.map((row) => row.task_id)).to.deep.equal(wanted);
    expect(await stage.sum()).to.equal(0);
  });

  it("G5 G6: then the rows go, the stream's holes notwithstanding", async () => {
    await until(async () => (await stage.count("select from outbox where topic = 'tasks'")) === 0, "rows go");
  });

  it("G5: a number that was applied is dropped, also with another id", async () => {
    const before = await stage.rows("select * from accounts order by id");
    const again = sent[2]?.envelope ?? "";
    await append(stage.world, "tasks", again, at().partition);
    const other = changed(again, { id: "0190a000-0000-7000-8000-000000000001" });
    const entry = await append(stage.world, "tasks", other, at().partition);
    await until(() => isRead(entry), "both are read");
    expect(await stage.rows("select * from accounts order by id")).to.deep.equal(before);
    expect(await mark()).to.equal(sent.length);
    expect(await stage.count("select from dead_letters")).to.equal(0);
  });

  it("G5: a number beyond a gap is not applied, moves no mark, and what follows flows on", async () => {
    const before = await stage.count("select from entries");
    const early = changed(sent[0]?.envelope ?? "", { sequence: String(sent.length + 5) });
    await append(stage.world, "tasks", early, at().partition);
    await sleep(600);
    expect(await mark()).to.equal(sent.length);
    expect(await stage.count("select from entries")).to.equal(before);
    await ask(stage.world, "task-board", "task.create", "new", { title: "After the gap" }, popug);
    await stage.settled();
    expect(await stage.count("select from entries")).to.equal(before + 1);
    expect(await mark()).to.be.greaterThan(sent.length);
    expect(await stage.count("select from dead_letters")).to.equal(0);
  });

  async function isRead(entry: string): Promise<boolean> {
    const groups = (await stage.world.redis.xinfo("GROUPS", streamKey(at()))) as unknown[][];
    return groups.every((group) => {
      const value = (name: string) => group[group.indexOf(name) + 1];
      return value("pending") === 0 && value("last-delivered-id") === entry;
    });
  }
});
