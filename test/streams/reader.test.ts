import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Redis } from "ioredis";
import { freePort } from "../../ops/embedded/free-port.ts";
import { startRedis } from "../../ops/embedded/redis.ts";
import { type RedisFactory, ready, redisFactory } from "../../streams/connection.ts";
import { type Entry, StreamReader } from "../../streams/reader.ts";
import { streamKey, type TopicPartition } from "../../streams/topology.ts";
import { BreakableWire } from "../http/breakable-wire.ts";
import { newWorld, until, type World } from "../support/world.ts";

const USERS: TopicPartition = { topic: "users", partition: 2 };
const TASKS: TopicPartition = { topic: "tasks", partition: 2 };
const GROUP = "account";
const SILENT = { info: () => {}, warn: () => {}, error: () => {} };

describe("reading", function () {
  this.timeout(120_000);
  let world: World;
  let redis: Redis;
  const opened: { close(): unknown }[] = [];

  before(async () => {
    world = await newWorld();
    redis = world.redis;
  });
  after(() => world.end());
  beforeEach(() => redis.flushdb());
  afterEach(async () => {
    for (const each of opened.splice(0).reverse()) await each.close();
  });

  function reader(connect: RedisFactory = world.connect, cursor?: string): StreamReader {
    const made = new StreamReader({
      connect,
      group: GROUP,
      streams: [USERS, TASKS],
      cursorOf: () => cursor,
      countMax: 3,
    });
    opened.push(made);
    return made;
  }

  const append = (payload: string, at = TASKS) =>
    redis.xadd(streamKey(at), "*", "e", payload) as Promise<string>;
  const acknowledge = ({ from, id }: Entry) => redis.xack(streamKey(from), GROUP, id);

  /** Reads until so many have come, or an error; a read may answer none. */
  async function take(from: StreamReader, count: number): Promise<Entry[]> {
    const entries: Entry[] = [];
    while (entries.length < count) entries.push(...(await from.read()));
    return entries;
  }

  /** Through errors, as a partition reads: how long until these have come, each at least once. */
  async function msUntil(from: StreamReader, payloads: readonly string[]): Promise<number> {
    const startedMs = performance.now();
    const missing = new Set(payloads);
    while (missing.size > 0) {
      const entries = await from.read().catch(() => new Promise<Entry[]>((go) => setTimeout(go, 50, [])));
      for (const { payload } of entries) missing.delete(payload ?? "");
    }
    return performance.now() - startedMs;
  }

  const payloads = (entries: readonly Entry[]) => entries.map(({ payload }) => payload);

  it("G6: makes the streams and groups that are missing, and answers none when nothing comes within a second", async () => {
    const startedMs = performance.now();
    const own = reader();
    const answers = [await own.read(), await own.read(), await own.read()];
    expect(answers).to.deep.equal([[], [], []]); // no group, no history, nothing new
    expect(performance.now() - startedMs).to.be.within(900, 2_000);
    expect(await redis.exists(streamKey(USERS), streamKey(TASKS))).to.equal(2);
  });

  it("G3: reads first, in order and in pieces, what the owner before has not acknowledged", async () => {
    const before = reader();
    await before.read();
    for (let number = 1; number <= 8; number++) await append(`${number}`);
    const [first, second] = await take(before, 6);
    if (first !== undefined && second !== undefined) await Promise.all([first, second].map(acknowledge));
    before.close();
    await append("9");
    const entries = await take(reader(), 7);
    expect(payloads(entries)).to.deep.equal(["3", "4", "5", "6", "7", "8", "9"]);
    // 7 and 8 were never delivered: the owner before had read six.
    expect(entries.map(({ again }) => again)).to.deep.equal([true, true, true, true, false, false, false]);
  });

  it("G4: two streams keep their own order, also while only one of them has a history", async () => {
    const before = reader();
    await before.read();
    for (const payload of ["a", "b", "c", "d"]) await append(payload, USERS);
    await take(before, 4);
    before.close();
    await append("1");
    await append("2");
    const entries = await take(reader(), 6);
    expect(payloads(entries.filter(({ from }) => from.topic === "users"))).to.deep.equal([
      "a",
      "b",
      "c",
      "d",
    ]);
    expect(payloads(entries.filter(({ from }) => from.topic === "tasks"))).to.deep.equal(["1", "2"]);
  });

  it("G6: a group that is gone is made again at the position that Postgres knows: nothing lost, nothing twice", async () => {
    const ids = [];
    for (const payload of ["1", "2", "3", "4"]) ids.push(await append(payload));
    const own = reader(world.connect, ids[1]);
    expect(payloads(await take(own, 2))).to.deep.equal(["3", "4"]);
    await redis.xgroup("DESTROY", streamKey(TASKS), GROUP);
    await append("5");
    expect(payloads(await take(own, 3))).to.deep.equal(["3", "4", "5"]);
  });

  it("G6: a stream that is younger than the position is read from its start", async () => {
    const id = await append("old");
    const own = reader(world.connect, id);
    await own.read();
    await redis.flushdb();
    await redis.xadd(streamKey(TASKS), "1-1", "e", "new");
    expect(payloads(await take(own, 1))).to.deep.equal(["new"]);
  });

  it("EDGE-4 G6: all of Redis wiped in the middle of a blocked read: what comes next is read at once", async () => {
    const own = reader();
    await own.read();
    const reading = msUntil(own, ["after"]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await redis.flushdb();
    await new Promise((resolve) => setTimeout(resolve, 200));
    await redis.xadd(streamKey(TASKS), "NOMKSTREAM", "*", "e", "after");
    expect(await reading).to.be.below(2_500);
  });

  it("G3: an entry that was trimmed while it was pending comes as one without content, to be acknowledged", async () => {
    const before = reader();
    await before.read();
    await append("1");
    await append("2");
    await take(before, 2);
    before.close();
    await redis.xtrim(streamKey(TASKS), "MAXLEN", 1);
    expect(payloads(await take(reader(), 2))).to.deep.equal([undefined, "2"]);
  });

  it("waits longer while nothing comes, four seconds at last, and then no longer for what comes", async () => {
    const own = reader();
    const waitsMs = [];
    while (waitsMs.filter((ms) => ms > 500).length < 3) {
      const startedMs = performance.now();
      await own.read();
      waitsMs.push(performance.now() - startedMs);
    }
    expect(Math.max(...waitsMs)).to.be.within(1_900, 4_500);
    const reading = msUntil(own, ["1"]);
    await append("1");
    expect(await reading).to.be.below(200);
  });

  it("G3: what the owner before took on its way out is found within two seconds, though nothing new comes", async () => {
    const own = reader();
    for (const _ of ["no group", "no history"]) await own.read();
    const reading = own.read();
    await append("1");
    expect(payloads(await reading)).to.deep.equal(["1"]);
    const next = reader();
    const found = msUntil(next, ["1", "2"]); // drains, and waits for something new
    await new Promise((resolve) => setTimeout(resolve, 100));
    await redis.xadd(streamKey(TASKS), "*", "e", "2");
    await found;
    await append("3");
    await redis.xreadgroup("GROUP", GROUP, "owner", "STREAMS", streamKey(TASKS), ">");
    expect(await msUntil(next, ["3"])).to.be.below(2_500);
  });

  it("G5: after a gap it goes through what is pending again, though not more than once a second", async () => {
    const own = reader();
    await own.read();
    await append("1");
    expect(payloads(await take(own, 1))).to.deep.equal(["1"]);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    own.drain();
    expect(payloads(await take(own, 1))).to.deep.equal(["1"]);
    own.drain();
    expect(await own.read()).to.deep.equal([]); // ends the draining
    expect(await own.read()).to.deep.equal([]); // waits for something new, and is asked to drain by nobody yet
  });

  it("a connection that stops answering is thrown away after three seconds, and what it had taken is read again", async () => {
    const { wire, url } = await BreakableWire.before(world.redisUrl);
    opened.push(wire);
    const own = reader(redisFactory(url, () => {}));
    await own.read();
    wire.abandon(); // the connection hangs, new ones do not
    await append("1");
    expect(await msUntil(own, ["1"])).to.be.below(6_000);
  });

  it("a connection that hangs while groups are made does not hang the reader", async () => {
    const { wire, url } = await BreakableWire.before(world.redisUrl);
    opened.push(wire);
    const own = reader(redisFactory(url, () => {}));
    await own.read();
    await own.read();
    const reading = own.read();
    await redis.flushdb();
    await reading;
    wire.abandon();
    await redis.xgroup("CREATE", streamKey(TASKS), GROUP, "0", "MKSTREAM").catch(() => undefined);
    await append("1");
    expect(await msUntil(own, ["1"])).to.be.below(8_000);
  });

  it("a connection that is cut is made again, and the history is drained", async () => {
    const { wire, url } = await BreakableWire.before(world.redisUrl);
    opened.push(wire);
    const own = reader(redisFactory(url, () => {}));
    await own.read();
    await append("1");
    await take(own, 1);
    const reading = msUntil(own, ["1", "2"]);
    wire.cut();
    await append("2");
    await new Promise((resolve) => setTimeout(resolve, 300));
    wire.mend();
    expect(await reading).to.be.below(3_000);
  });

  it("OPS-2: a server that becomes a replica ends the blocked read, refuses others, and is read on when it leads again", async () => {
    const folder = await mkdtemp(join(tmpdir(), "ates-reader-"));
    const server = await startRedis({ dataDir: folder, log: SILENT });
    opened.push({ close: () => server.stop().then(() => rm(folder, { recursive: true, force: true })) });
    const connect = redisFactory(server.url, () => {});
    const commands = await ready(connect("commands"));
    opened.push({ close: () => commands.disconnect() });
    const own = reader(connect);
    await own.read();
    const reading = (async () => {
      while (true) await own.read();
    })().catch((error: Error) => error.message);
    await until(async () => /blocked_clients:1/.test(await commands.info("clients")), "the reader waits");
    await commands.replicaof("127.0.0.1", `${await freePort()}`);
    expect(await reading).to.match(/^UNBLOCKED/);
    expect(await own.read().catch((error: Error) => error.message)).to.match(/^READONLY/);
    await commands.replicaof("NO", "ONE");
    await commands.xadd(streamKey(TASKS), "*", "e", "after");
    await msUntil(own, ["after"]);
  });

  it("a close ends a blocked read at once", async () => {
    const own = reader();
    for (const _ of ["no group", "no history"]) await own.read();
    const reading = own.read().then(
      () => "answered",
      () => "ended",
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    const startedMs = performance.now();
    own.close();
    expect(await reading).to.equal("ended");
    expect(performance.now() - startedMs).to.be.below(100);
  });

  it("a close ends at once, too, while Redis does not answer", async () => {
    const { wire, url } = await BreakableWire.before(world.redisUrl);
    opened.push(wire);
    wire.hang();
    const own = reader(redisFactory(url, () => {}));
    const reading = own.read().then(
      () => "answered",
      () => "ended",
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    const startedMs = performance.now();
    own.close();
    expect(await reading).to.equal("ended");
    expect(performance.now() - startedMs).to.be.below(200);
  });
});
