import { expect } from "chai";
import type { ChannelRef, Progress } from "../../../actors/runtime/host-store.ts";
import { OutboxKeeper } from "../../../actors/runtime/outbox-keeper.ts";
import { PostgresHostStore } from "../../../actors/runtime/postgres-host-store.ts";
import { inboxKey } from "../../../streams/inbox.ts";
import { definePublish } from "../../../streams/publish.ts";
import {
  groupsOf,
  KINDS,
  type Kind,
  readerPartition,
  streamKey,
  type TopicPartition,
} from "../../../streams/topology.ts";
import { newWorld, type World } from "../../support/world.ts";

const TO: TopicPartition = { topic: "tasks", partition: 1 };
const SOURCE = "/ates/task-board/0";
const OWNED = {
  lease: { kind: "task-board" as Kind, partition: 0, epoch: 1 },
  outboxMarks: { "tasks/1": 5 },
};

/** Postgres as the test tells it: how far each group is, and the rows of one channel. */
class ToldStore extends PostgresHostStore {
  readonly marks = new Map<Kind, number>(groupsOf("tasks").map((kind) => [kind, 0]));
  readonly cursors = new Map<Kind, Record<string, string>>();
  forgotten = 0;
  looks = 0;
  rows = [1, 2, 3, 4, 5];

  override async progress(): Promise<readonly Progress[]> {
    this.looks += 1;
    return [...this.marks].flatMap(([kind, mark]) =>
      [0, 1].map((partition) => ({
        kind,
        partition,
        inbox: partition === readerPartition(kind, TO) ? { [inboxKey(TO, SOURCE)]: mark } : {},
        cursors: this.cursors.get(kind) ?? {},
      })),
    );
  }

  override async outboxAfter(_channel: ChannelRef, base: number, limit: number) {
    return this.rows
      .filter((n) => n > base)
      .slice(0, limit)
      .map((sequence) => ({ sequence, envelope: `fact ${sequence}` }));
  }

  override async forgetOutbox(done: readonly { readonly base: number }[]): Promise<void> {
    for (const { base } of done) this.forgotten = base;
    this.rows = this.rows.filter((n) => n > this.forgotten);
  }

  override async promised() {
    return [];
  }
}

describe("the outbox's keeper", () => {
  let world: World;
  let store: ToldStore;
  let keeper: OutboxKeeper;

  before(async () => {
    world = await newWorld();
    definePublish(world.redis);
  });
  after(() => world.end());
  beforeEach(async () => {
    await world.redis.flushdb();
    for (const group of groupsOf("tasks"))
      await world.redis.xgroup("CREATE", streamKey(TO), group, "0", "MKSTREAM");
    store = new ToldStore(world.pool);
    keeper = new OutboxKeeper(store, world.redis);
  });

  const tick = () => keeper.tick([OWNED], Date.now());
  const sent = async () => (await world.redis.xrange(streamKey(TO), "-", "+")).map(([, pair]) => pair[1]);
  /** All groups but these are as far as can be. */
  const behind = (marks: Partial<Record<Kind, number>>) => {
    for (const kind of groupsOf("tasks")) store.marks.set(kind, marks[kind] ?? 5);
  };
  const FACTS = [1, 2, 3, 4, 5].map((n) => `fact ${n}`);

  it("G5: rows go when every group has consumed them, not before", async () => {
    behind({ analytics: 0 });
    await tick();
    expect(store.rows).to.deep.equal([1, 2, 3, 4, 5]);
    behind({ analytics: 3 });
    await tick();
    expect(store.rows).to.deep.equal([4, 5]);
    behind({});
    await tick();
    expect(store.rows).to.deep.equal([]);
  });

  it("nobody is asked how far they are while everything sent is consumed, and at once when something more is sent", async () => {
    behind({});
    await tick();
    const before = store.looks;
    for (let n = 0; n < 5; n++) await tick();
    expect(store.looks).to.equal(before);
    await keeper.tick([{ ...OWNED, outboxMarks: { "tasks/1": 6 } }], Date.now());
    expect(store.looks).to.equal(before + 1);
  });

  it("G6: a channel that was found behind is sent again at the next look", async () => {
    keeper.behind(SOURCE, TO);
    await tick();
    expect(await sent()).to.deep.equal(FACTS);
  });

  it("G6: a channel that stands still is sent again within two looks, and then what is there is not added", async () => {
    for (let n = 0; n < 3; n++) await tick();
    expect(await sent()).to.deep.equal(FACTS);
    await tick();
    expect(await sent()).to.deep.equal(FACTS);
  });

  it("G6: a tail that Redis lost behind its mark comes again after a long standstill, from what nobody has", async () => {
    keeper.behind(SOURCE, TO);
    await tick();
    for (const [id] of await world.redis.xrange(streamKey(TO), "-", "+"))
      await world.redis.xdel(streamKey(TO), id);
    behind({ account: 2, analytics: 4 });
    for (let n = 0; n < 12; n++) await tick();
    const again = await sent();
    expect(again.slice(0, 3)).to.deep.equal(FACTS.slice(2));
    expect(again).not.to.include("fact 2");
  });

  it("a channel that keeps standing still is rewound ever more rarely: the stream does not fill up", async () => {
    for (let n = 0; n < 60; n++) await tick();
    expect((await sent()).length).to.be.below(40);
  });

  it("streams are trimmed only behind the slowest group, and none when a group has not begun", async () => {
    const last = 2_000;
    for (let n = 1; n <= last; n++) await world.redis.xadd(streamKey(TO), `${n}-1`, "e", "x");
    const owned = [{ lease: { kind: "account" as Kind, partition: 1, epoch: 1 }, outboxMarks: {} }];
    const look = async () => {
      for (let n = 0; n < 10; n++) await keeper.tick(owned, Date.now());
      return Number((await world.redis.xrange(streamKey(TO), "-", "+", "COUNT", 1))[0]?.[0]?.split("-")[0]);
    };
    const read = { "tasks/1": `${last}-1` };
    for (const kind of groupsOf("tasks")) if (kind !== "analytics") store.cursors.set(kind, read);
    expect(await look()).to.equal(1);
    store.cursors.set("analytics", { "tasks/1": "1000-1" });
    expect(await look()).to.be.within(800, 1_000);
    store.cursors.set("analytics", read);
    expect(await look()).to.be.within(1_800, last);
  });

  it("every stream of a topic is trimmed by somebody, also where a group of one partition reads many", async () => {
    const at: TopicPartition = { topic: "users", partition: 1 };
    for (let n = 1; n <= 1_000; n++) await world.redis.xadd(streamKey(at), `${n}-1`, "e", "x");
    for (const kind of groupsOf("users")) {
      store.marks.set(kind, 5);
      store.cursors.set(kind, { "users/0": "1000-1", "users/1": "1000-1" });
    }
    const owned = groupsOf("users").flatMap((kind) =>
      (KINDS[kind].spread === "one" ? [0] : [0, 1]).map((partition) => ({
        lease: { kind, partition, epoch: 1 },
        outboxMarks: {},
      })),
    );
    for (let n = 0; n < 10; n++) await keeper.tick(owned, Date.now());
    expect(await world.redis.xlen(streamKey(at))).to.be.below(300);
  });

  it("a trim leaves the last minute, for feeds that resume", async () => {
    const nowMs = Date.now();
    for (let n = 0; n < 1_000; n++) await world.redis.xadd(streamKey(TO), `${nowMs - 1_000 + n}-1`, "e", "x");
    for (const kind of groupsOf("tasks")) store.cursors.set(kind, { "tasks/1": `${nowMs}-1` });
    const owned = [{ lease: { kind: "account" as Kind, partition: 1, epoch: 1 }, outboxMarks: {} }];
    for (let n = 0; n < 10; n++) await keeper.tick(owned, nowMs);
    expect(await world.redis.xlen(streamKey(TO))).to.equal(1_000);
  });
});
