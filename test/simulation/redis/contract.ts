/**
 * What the product relies on in Redis, said once and run against both: the real server, and the one of the simulation.
 * Whatever the simulation shows holds only as far as these two agree.
 */
import { expect } from "chai";
import type { Redis } from "ioredis";
import type { RedisFactory } from "../../../streams/connection.ts";
import { addRun, definePublish, type PublishAnswer, readAnswer } from "../../../streams/publish.ts";
import { marksKey, streamKey, type TopicPartition } from "../../../streams/topology.ts";

export interface RedisUnderTest {
  readonly connect: RedisFactory;
  /** A connection that is ready, on an empty database. */
  readonly redis: Redis;
  /** Does the work in this server's time. */
  readonly drive: <T>(work: () => Promise<T>) => Promise<T>;
  /** The answer when it is ready. */
  readonly ready: (redis: Redis) => Promise<Redis>;
  end(): void;
}

const AT: TopicPartition = { topic: "tasks", partition: 3 };
const KEY = streamKey(AT);
const OTHER = streamKey({ topic: "users", partition: 3 });
const GROUP = "account";
const SOURCE = "/ates/task-board/0";

export function redisContract(name: string, open: () => Promise<RedisUnderTest>): void {
  describe(`what the product relies on in Redis: ${name}`, function () {
    this.timeout(120_000);
    let under: RedisUnderTest;
    beforeEach(async () => {
      under = await open();
    });
    afterEach(() => under.end());
    const fact = (title: string, work: (redis: Redis) => Promise<void>) =>
      it(title, () => under.drive(() => work(under.redis)));
    streams(fact);
    groups(fact);
    histories(fact);
    sharing(fact, () => under);
    publishing(fact);
    waiting(fact, () => under);
  });
}

type FactOf = (title: string, work: (redis: Redis) => Promise<void>) => void;
type Entries = [id: string, fields: string[] | null][];

const makeGroup = (redis: Redis, key = KEY, position = "0") =>
  redis.xgroup("CREATE", key, GROUP, position, "MKSTREAM");
const append = (redis: Redis, payload: string, key = KEY) =>
  redis.xadd(key, "*", "e", payload) as Promise<string>;
type Answer = Promise<[key: string, entries: Entries][] | null>;
const read = (redis: Redis, ids: readonly string[], keys: readonly string[] = [KEY], count = 10) =>
  redis.call(
    ...["XREADGROUP", "GROUP", GROUP, "owner", "COUNT", count],
    ...["STREAMS", ...keys, ...ids],
  ) as Answer;
const blocked = (redis: Redis, blockMs: number) =>
  redis.call(
    ...["XREADGROUP", "GROUP", GROUP, "owner", "COUNT", 10, "BLOCK", blockMs],
    ...["STREAMS", KEY, ">"],
  ) as Answer;
const messageOf = (work: Promise<unknown>) =>
  work.then(
    () => "none",
    (error: Error) => error.message,
  );

async function publish(
  redis: Redis,
  first: number,
  envelopes: readonly string[],
  more: { base?: number; mode?: "next" | "rewind" } = {},
): Promise<PublishAnswer> {
  definePublish(redis);
  const pipeline = redis.pipeline();
  addRun(pipeline, { channel: { source: SOURCE, to: AT }, base: 0, first, envelopes, mode: "next", ...more });
  const [error, reply] = (await pipeline.exec())?.[0] ?? [new Error("no answer"), null];
  return readAnswer(error, reply);
}

async function payloads(redis: Redis): Promise<string[]> {
  return (await redis.xrange(KEY, "-", "+")).map(([, fields]) => fields[1] ?? "");
}

function streams(fact: FactOf): void {
  fact("ids rise, and the newest entry is what XREVRANGE begins with", async (redis) => {
    const ids = [await append(redis, "a"), await append(redis, "b"), await append(redis, "c")];
    expect(await redis.xrange(KEY, "-", "+")).to.deep.equal(ids.map((id, at) => [id, ["e", "abc"[at]]]));
    expect(await redis.xrevrange(KEY, "+", "-", "COUNT", 1)).to.deep.equal([[ids[2], ["e", "c"]]]);
    expect(await redis.xrevrange(OTHER, "+", "-", "COUNT", 1)).to.deep.equal([]);
    expect(await redis.xlen(KEY)).to.equal(3);
  });

  fact("XADD with NOMKSTREAM makes no stream, and answers null", async (redis) => {
    expect(await redis.xadd(KEY, "NOMKSTREAM", "*", "e", "a")).to.equal(null);
    expect(await redis.exists(KEY)).to.equal(0);
    await append(redis, "b");
    expect(await redis.xadd(KEY, "NOMKSTREAM", "*", "e", "c")).to.match(/^\d+-\d+$/);
    expect(await payloads(redis)).to.deep.equal(["b", "c"]);
  });

  fact("XTRIM MINID takes nothing at the id or above it; an exact one takes all below it", async (redis) => {
    const ids: string[] = [];
    for (const payload of ["a", "b", "c", "d"]) ids.push(await append(redis, payload));
    await redis.xtrim(KEY, "MINID", "~", ids[2] ?? "");
    expect((await payloads(redis)).slice(-2)).to.deep.equal(["c", "d"]);
    await redis.xtrim(KEY, "MINID", "=", ids[2] ?? "");
    expect(await payloads(redis)).to.deep.equal(["c", "d"]);
  });
}

function groups(fact: FactOf): void {
  fact(
    "a group that is there is BUSYGROUP; a stream or group that is not is NOGROUP to a reader",
    async (redis) => {
      expect(await messageOf(read(redis, [">"]))).to.include("NOGROUP");
      await append(redis, "a");
      expect(await messageOf(read(redis, [">"]))).to.include("NOGROUP");
      expect(await makeGroup(redis)).to.equal("OK");
      expect(await messageOf(makeGroup(redis))).to.include("BUSYGROUP");
      expect(await messageOf(read(redis, [">", ">"], [KEY, OTHER]))).to.include("NOGROUP");
    },
  );

  fact("only MKSTREAM makes the stream; a group begins after the position it is made at", async (redis) => {
    expect(await messageOf(redis.xgroup("CREATE", KEY, GROUP, "0"))).to.include("requires the key to exist");
    const first = await append(redis, "a");
    const second = await append(redis, "b");
    await makeGroup(redis, KEY, first);
    expect(await read(redis, [">"])).to.deep.equal([[KEY, [[second, ["e", "b"]]]]]);
    await redis.xgroup("DESTROY", KEY, GROUP);
    await makeGroup(redis, KEY, "$");
    expect(await read(redis, [">"])).to.equal(null);
  });
}

function histories(fact: FactOf): void {
  fact("what was delivered and not acknowledged is the history, in order and in pieces", async (redis) => {
    await makeGroup(redis);
    const ids: string[] = [];
    for (const payload of ["a", "b", "c"]) ids.push(await append(redis, payload));
    expect(await read(redis, ["0"])).to.deep.equal([[KEY, []]]);
    expect((await read(redis, [">"]))?.[0]?.[1].length).to.equal(3);
    expect(await read(redis, [">"])).to.equal(null);
    const [a = "", b = "", c = ""] = ids;
    expect(await read(redis, ["0"], [KEY], 2)).to.deep.equal([
      [
        KEY,
        [
          [a, ["e", "a"]],
          [b, ["e", "b"]],
        ],
      ],
    ]);
    expect(await read(redis, [b])).to.deep.equal([[KEY, [[c, ["e", "c"]]]]]);
    expect(await redis.xack(KEY, GROUP, a, c, "1-1")).to.equal(2);
    expect(await read(redis, ["0"])).to.deep.equal([[KEY, [[b, ["e", "b"]]]]]);
  });

  fact(
    "the count holds for each stream, and only those with something new are in the answer",
    async (redis) => {
      await makeGroup(redis, KEY);
      await makeGroup(redis, OTHER);
      for (const payload of ["a", "b", "c"]) await append(redis, payload);
      const news = await read(redis, [">", ">"], [KEY, OTHER], 2);
      expect(news?.map(([key, entries]) => [key, entries.length])).to.deep.equal([[KEY, 2]]);
      const both = await read(redis, ["0", "0"], [KEY, OTHER], 2);
      expect(both?.map(([key, entries]) => [key, entries.length])).to.deep.equal([
        [KEY, 2],
        [OTHER, 0],
      ]);
    },
  );

  fact(
    "an entry trimmed while it was pending comes without fields, until it is acknowledged",
    async (redis) => {
      await makeGroup(redis);
      const id = await append(redis, "a");
      const next = await append(redis, "b");
      await read(redis, [">"], [KEY], 1);
      await redis.xtrim(KEY, "MINID", "=", next);
      expect(await read(redis, ["0"])).to.deep.equal([[KEY, [[id, null]]]]);
      await redis.xack(KEY, GROUP, id);
      expect(await read(redis, ["0"])).to.deep.equal([[KEY, []]]);
      expect(await read(redis, [">"])).to.deep.equal([[KEY, [[next, ["e", "b"]]]]]);
    },
  );
}

function sharing(fact: FactOf, under: () => RedisUnderTest): void {
  fact("another connection with the same consumer name has the same history", async (redis) => {
    await makeGroup(redis);
    const id = await append(redis, "a");
    await read(redis, [">"]);
    const other = await under().ready(under().connect("commands"));
    expect(await read(other, ["0"])).to.deep.equal([[KEY, [[id, ["e", "a"]]]]]);
    other.disconnect();
  });
}

function publishing(fact: FactOf): void {
  fact("publishing into nothing is NOSTREAM, and makes nothing", async (redis) => {
    expect(await publish(redis, 1, ["a"])).to.deep.equal({ code: "NOSTREAM" });
    expect(await redis.exists(KEY, marksKey(AT))).to.equal(0);
  });

  fact(
    "publishing appends what is next, skips what is there, and answers a gap with the mark",
    async (redis) => {
      await makeGroup(redis);
      expect(await publish(redis, 1, ["a", "b"])).to.deep.equal({ code: "OK", mark: 2 });
      expect(await publish(redis, 2, ["b", "c"])).to.deep.equal({ code: "OK", mark: 3 });
      expect(await publish(redis, 5, ["e"])).to.deep.equal({ code: "GAP", mark: 3 });
      expect(await publish(redis, 1, [])).to.deep.equal({ code: "OK", mark: 3 });
      expect(await payloads(redis)).to.deep.equal(["a", "b", "c"]);
      expect(await redis.hget(marksKey(AT), SOURCE)).to.equal("3");
    },
  );

  fact(
    "publishing begins after the base when the mark is behind it; a rewind goes back to it",
    async (redis) => {
      await makeGroup(redis);
      expect(await publish(redis, 5, ["e"], { base: 4 })).to.deep.equal({ code: "OK", mark: 5 });
      expect(await publish(redis, 4, [], { base: 3, mode: "rewind" })).to.deep.equal({ code: "OK", mark: 3 });
      expect(await publish(redis, 4, ["d", "e"], { base: 3 })).to.deep.equal({ code: "OK", mark: 5 });
      expect(await payloads(redis)).to.deep.equal(["e", "d", "e"]);
    },
  );

  fact("a pipeline answers in pairs, an error in its own place", async (redis) => {
    await makeGroup(redis);
    const pipeline = redis.pipeline();
    pipeline.xadd(KEY, "*", "e", "a").xack(KEY, GROUP, "1-1").publish("nobody", "hears");
    expect(pipeline.length).to.equal(3);
    const results = (await pipeline.exec()) ?? [];
    expect(results.map(([error]) => error)).to.deep.equal([null, null, null]);
    expect(results.slice(1).map(([, reply]) => reply)).to.deep.equal([0, 0]);
  });
}

function waiting(fact: FactOf, under: () => RedisUnderTest): void {
  const open = async (use: Parameters<RedisFactory>[0]) => under().ready(under().connect(use));

  fact("a read that waits is answered by an append, and by nothing when its time is over", async (redis) => {
    await makeGroup(redis);
    const reader = await open("blocking");
    expect(await blocked(reader, 100)).to.equal(null);
    const answer = blocked(reader, 5_000);
    const id = await append(redis, "a");
    expect(await answer).to.deep.equal([[KEY, [[id, ["e", "a"]]]]]);
    const published = blocked(reader, 5_000);
    await publish(redis, 1, ["b"]);
    expect((await published)?.[0]?.[1].map(([, fields]) => fields)).to.deep.equal([["e", "b"]]);
    reader.disconnect();
  });

  fact("a wipe and a deleted group end a read that waits, with an error", async (redis) => {
    const reader = await open("blocking");
    for (const lose of [() => redis.flushdb(), () => redis.xgroup("DESTROY", KEY, GROUP)]) {
      await makeGroup(redis);
      const answer = messageOf(blocked(reader, 5_000));
      await append(redis, "x", OTHER); // the read has arrived before the loss: the server answers in order
      await lose();
      expect(await answer).to.match(/NOGROUP|UNBLOCKED/);
    }
    reader.disconnect();
  });

  fact("a client that leaves ends its calls with an error, and takes none after it", async (redis) => {
    await makeGroup(redis);
    const reader = await open("blocking");
    const answer = messageOf(blocked(reader, 5_000));
    reader.disconnect();
    expect(await answer).to.equal("Connection is closed.");
    expect(await messageOf(reader.xlen(KEY))).to.not.equal("none");
    expect(reader.status).to.equal("end");
  });

  fact("a pipeline of a client that is not connected answers an error for each command", async () => {
    const client = under().connect("commands");
    await open("commands").then((other) => other.disconnect());
    client.disconnect();
    const pipeline = client.pipeline();
    pipeline.publish("a", "b").publish("c", "d");
    const results = (await pipeline.exec()) ?? [];
    expect(results.map(([error]) => error instanceof Error)).to.deep.equal([true, true]);
  });

  fact("who listens to a channel hears what is published, and nobody else's", async (redis) => {
    const ears = await open("subscriber");
    const heard = Promise.withResolvers<string>();
    ears.on("message", (channel: string, text: string) => heard.resolve(`${channel}: ${text}`));
    await ears.subscribe("ates:placement");
    expect(await redis.publish("ates:elsewhere", "no")).to.equal(0);
    expect(await redis.publish("ates:placement", "yes")).to.equal(1);
    expect(await heard.promise).to.equal("ates:placement: yes");
    ears.disconnect();
  });
}
