import { expect } from "chai";
import fc from "fast-check";
import type { Redis } from "ioredis";
import { Inbox, inboxKey } from "../../streams/inbox.ts";
import {
  addNotice,
  addRun,
  type ChannelRun,
  definePublish,
  type PublishAnswer,
  readAnswer,
} from "../../streams/publish.ts";
import { marksKey, streamKey, type TopicPartition } from "../../streams/topology.ts";
import { newWorld, type World } from "../support/world.ts";

const TO: TopicPartition = { topic: "tasks", partition: 1 };
const SOURCE = "/ates/task-board/0";
const GROUP = "account";
const numbers = (first: number, last: number) =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => String(first + index));

describe("publishing", function () {
  this.timeout(30_000);
  let world: World;
  let redis: Redis;

  before(async () => {
    world = await newWorld();
    redis = world.redis;
    definePublish(redis);
  });
  after(() => world.end());
  beforeEach(() => redis.flushdb());

  async function publish(
    first: number,
    last: number,
    rest: { base?: number; mode?: ChannelRun["mode"]; source?: string } = {},
  ): Promise<PublishAnswer> {
    const pipeline = redis.pipeline();
    const { base = 0, mode = "next", source = SOURCE } = rest;
    addRun(pipeline, { channel: { source, to: TO }, base, first, envelopes: numbers(first, last), mode });
    const [error, reply] = (await pipeline.exec())?.[0] ?? [new Error("no answer"), null];
    return readAnswer(error, reply);
  }

  const createGroup = () =>
    redis.xgroup("CREATE", streamKey(TO), GROUP, "0", "MKSTREAM").catch(() => undefined);

  async function stream(): Promise<string[]> {
    return (await redis.xrange(streamKey(TO), "-", "+")).map(([, fields]) => fields[1] ?? "");
  }

  it("G6: makes no stream: before any group exists it is told so, and no mark is left", async () => {
    expect(await publish(1, 3)).to.deep.equal({ code: "NOSTREAM" });
    expect(await redis.exists(streamKey(TO), marksKey(TO))).to.equal(0);
  });

  it("G5: appends mark + 1 and onward, once, however often it is repeated", async () => {
    await createGroup();
    for (const [first, last] of [
      [1, 3],
      [1, 3],
      [2, 5],
      [5, 5],
    ] as const) {
      expect((await publish(first, last)).code).to.equal("OK");
    }
    expect(await stream()).to.deep.equal(numbers(1, 5));
  });

  it("G5: appends nothing beyond a gap, and answers where to go on", async () => {
    await createGroup();
    await publish(1, 2);
    expect(await publish(4, 6)).to.deep.equal({ code: "GAP", mark: 2 });
    expect(await stream()).to.deep.equal(numbers(1, 2));
    expect(await publish(3, 6)).to.deep.equal({ code: "OK", mark: 6 });
  });

  it("G6: begins behind the base when the mark is lost: what every group has consumed is not sent again", async () => {
    await createGroup();
    expect(await publish(8, 9, { base: 7 })).to.deep.equal({ code: "OK", mark: 9 });
    expect(await publish(1, 9, { base: 7 })).to.deep.equal({ code: "OK", mark: 9 });
    expect(await stream()).to.deep.equal(["8", "9"]);
  });

  it("G6: a rewind forgets the mark and appends from base + 1 again", async () => {
    await createGroup();
    await publish(1, 5);
    await redis.xtrim(streamKey(TO), "MAXLEN", 0);
    expect(await publish(3, 5, { base: 2 })).to.deep.equal({ code: "OK", mark: 5 });
    expect(await stream()).to.deep.equal([]);
    expect(await publish(3, 5, { base: 2, mode: "rewind" })).to.deep.equal({ code: "OK", mark: 5 });
    expect(await stream()).to.deep.equal(["3", "4", "5"]);
  });

  it("G5: a run without envelopes is a question: it answers the mark and appends nothing", async () => {
    await createGroup();
    await publish(1, 5);
    expect(await publish(3, 2, { base: 2 })).to.deep.equal({ code: "OK", mark: 5 });
    expect(await stream()).to.deep.equal(numbers(1, 5));
  });

  it("G5: two sources of one stream are numbered apart", async () => {
    await createGroup();
    await publish(1, 2);
    expect(await publish(1, 1, { source: "/ates/payment/1" })).to.deep.equal({ code: "OK", mark: 1 });
    expect(await publish(3, 3)).to.deep.equal({ code: "OK", mark: 3 });
  });

  it("G5: numbers keep every digit, also those of fifteen", async () => {
    await createGroup();
    const last = 2 ** 52 + 1;
    expect(await publish(last, last, { base: last - 1 })).to.deep.equal({ code: "OK", mark: last });
    expect(await redis.hget(marksKey(TO), SOURCE)).to.equal(String(last));
  });

  it("G6: a server that has lost its scripts is told them again", async () => {
    await createGroup();
    await publish(1, 1);
    await redis.script("FLUSH");
    const first = await publish(2, 2);
    const answer = first.code === "FAILED" ? await publish(2, 2) : first;
    expect(answer).to.deep.equal({ code: "OK", mark: 2 });
  });

  it("a refusal by Redis is an answer, not a throw", async () => {
    await redis.set(streamKey(TO), "no stream");
    expect((await publish(1, 1)).code).to.equal("FAILED");
  });

  it("notices are kept up to a limit, whoever reads them", async () => {
    const pipeline = redis.pipeline();
    for (let count = 0; count < 11_000; count++)
      addNotice(pipeline, { topic: "notices", partition: 0 }, "{}");
    await pipeline.exec();
    expect(await redis.xlen(streamKey({ topic: "notices", partition: 0 }))).to.be.within(10_000, 10_200);
  });

  type Step =
    | {
        readonly do: "publish";
        readonly first: number;
        readonly count: number;
        readonly mode: ChannelRun["mode"];
      }
    | { readonly do: "read"; readonly count: number }
    | { readonly do: "crash" | "wipe" | "lose stream" | "lose marks" | "lose group" | "lose entries" };

  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant("publish" as const),
        first: fc.integer({ min: 1, max: 30 }),
        count: fc.integer({ min: 1, max: 10 }),
        mode: fc.constantFrom("next" as const, "next" as const, "rewind" as const),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant("read" as const), count: fc.integer({ min: 1, max: 12 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constantFrom("crash", "wipe", "lose stream", "lose marks", "lose group", "lose entries"),
      }) as fc.Arbitrary<Step>,
    },
  );

  /** A consumer as partitions are: its mark is what Postgres would hold, and a crash loses what it had in hand. */
  class Consumer {
    readonly applied: number[] = [];
    readonly #inbox = new Inbox({});
    #from = "0";

    get mark(): number {
      return this.applied.length;
    }

    crash(): void {
      this.#from = "0";
    }

    async read(count: number): Promise<void> {
      await createGroup();
      const reply = (await redis.call(
        ...["XREADGROUP", "GROUP", GROUP, "owner", "COUNT", count, "STREAMS", streamKey(TO), this.#from],
      )) as [string, [string, string[] | null][]][] | null;
      const entries = reply?.[0]?.[1] ?? [];
      if (this.#from !== ">") this.#from = entries.at(-1)?.[0] ?? ">";
      for (const [id, fields] of entries) {
        const number = Number(fields?.[1] ?? 0);
        const key = inboxKey(TO, SOURCE);
        if (number > 0 && this.#inbox.offer(key, number) === "apply") this.applied.push(number);
        if (number % 3 !== 0) await redis.xack(streamKey(TO), GROUP, id); // some acknowledgements are lost
      }
    }
  }

  async function take(each: Step, consumer: Consumer): Promise<unknown> {
    switch (each.do) {
      case "publish": {
        const last = Math.min(30, each.first + each.count - 1);
        return publish(each.first, last, { base: consumer.mark, mode: each.mode });
      }
      case "read":
        return consumer.read(each.count);
      case "crash":
        return consumer.crash();
      case "wipe":
        return redis.flushdb();
      case "lose stream":
        return redis.del(streamKey(TO));
      case "lose marks":
        return redis.del(marksKey(TO));
      case "lose group":
        return redis.xgroup("DESTROY", streamKey(TO), GROUP).catch(() => undefined);
      case "lose entries":
        return redis.xtrim(streamKey(TO), "MAXLEN", 2);
    }
  }

  it("G4 G5 G6: whatever is repeated, reordered, wiped or lost, 1..n arrive in order, once, after one resend", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        await redis.flushdb();
        const consumer = new Consumer();
        for (const each of steps) await take(each, consumer);
        await createGroup();
        await publish(consumer.mark + 1, 30, { base: consumer.mark, mode: "rewind" });
        consumer.crash();
        for (let reads = 0; consumer.mark < 30 && reads < 100; reads++) await consumer.read(50);
        expect(consumer.applied).to.deep.equal(Array.from({ length: 30 }, (_, index) => index + 1));
      }),
      { numRuns: 150 },
    );
  });
});
