import { expect } from "chai";
import fc from "fast-check";
import type { Redis } from "ioredis";
import { Inbox, inboxKey } from "../../streams/inbox.ts";
import type { ChannelRun } from "../../streams/publish.ts";
import { marksKey, streamKey } from "../../streams/topology.ts";
import { AT, GROUP, publish, runOf, type ScratchRedis, SOURCE, scratchRedis } from "./scratch-redis.ts";

/** What a channel must survive. Numbers go from 1 to LAST; the base is always the consumer's mark, as Postgres has it. */
type Step =
  | {
      readonly do: "publish";
      readonly first: number;
      readonly count: number;
      readonly mode: ChannelRun["mode"];
    }
  | { readonly do: "read"; readonly count: number }
  | { readonly do: "crash" | "wipe" | "lose stream" | "lose marks" | "lose group" | "lose entries" };

const LAST = 30;

const published: fc.Arbitrary<Step> = fc.record({
  do: fc.constant("publish" as const),
  first: fc.integer({ min: 1, max: LAST }),
  count: fc.integer({ min: 1, max: 10 }),
  mode: fc.constantFrom("next" as const, "next" as const, "rewind" as const),
});
const read: fc.Arbitrary<Step> = fc.record({
  do: fc.constant("read" as const),
  count: fc.integer({ min: 1, max: 12 }),
});
const lost: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom(
    ...(["crash", "wipe", "lose stream", "lose marks", "lose group", "lose entries"] as const),
  ),
});
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: published },
    { weight: 4, arbitrary: read },
    { weight: 2, arbitrary: lost },
  ),
  { maxLength: 40 },
);

/** Reads as a partition does: its mark is in Postgres, a crash loses what it had in hand, some acknowledgements get lost. */
class Consumer {
  readonly applied: number[] = [];
  readonly #redis: Redis;
  readonly #inbox = new Inbox({});
  #from = "0";

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  get mark(): number {
    return this.applied.length;
  }

  crash(): void {
    this.#from = "0";
  }

  async read(count: number): Promise<void> {
    await createGroup(this.#redis);
    const reply = (await this.#redis.call(
      ...["XREADGROUP", "GROUP", GROUP, "owner", "COUNT", count, "STREAMS", streamKey(AT), this.#from],
    )) as [string, [string, string[] | null][]][] | null;
    const entries = reply?.[0]?.[1] ?? [];
    if (this.#from !== ">") this.#from = entries.at(-1)?.[0] ?? ">";
    for (const [id, fields] of entries) {
      const number = Number(fields?.[1]?.split(" ")[1] ?? 0);
      if (number > 0 && this.#inbox.offer(inboxKey(AT, SOURCE), number) === "apply")
        this.applied.push(number);
      if (number % 3 !== 0) await this.#redis.xack(streamKey(AT), GROUP, id);
    }
  }
}

async function createGroup(redis: Redis): Promise<void> {
  await redis.xgroup("CREATE", streamKey(AT), GROUP, "0", "MKSTREAM").catch(() => undefined);
}

describe("a channel, from publisher to consumer", function () {
  this.timeout(120_000); // the first test starts the servers
  let scratch: ScratchRedis;

  before(async () => {
    scratch = await scratchRedis();
  });
  after(() => scratch.end());

  async function take(step: Step, consumer: Consumer): Promise<unknown> {
    const { redis } = scratch;
    switch (step.do) {
      case "publish": {
        const last = Math.min(LAST, step.first + step.count - 1);
        return publish(redis, runOf(step.first, last, { base: consumer.mark, mode: step.mode }));
      }
      case "read":
        return consumer.read(step.count);
      case "crash":
        return consumer.crash();
      case "wipe":
        return redis.flushdb();
      case "lose stream":
        return redis.del(streamKey(AT));
      case "lose marks":
        return redis.del(marksKey(AT));
      case "lose group":
        return redis.xgroup("DESTROY", streamKey(AT), GROUP).catch(() => undefined);
      case "lose entries":
        return redis.xtrim(streamKey(AT), "MAXLEN", 2);
    }
  }

  it("G4 G5 G6: whatever is repeated, reordered, wiped or lost, 1..n are applied once, in order, after one resend", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        await scratch.redis.flushdb();
        const consumer = new Consumer(scratch.redis);
        for (const step of taken) await take(step, consumer);
        await createGroup(scratch.redis);
        if (consumer.mark < LAST) {
          const rest = runOf(consumer.mark + 1, LAST, { base: consumer.mark, mode: "rewind" });
          expect(await publish(scratch.redis, rest)).to.deep.equal([{ code: "OK", mark: LAST }]);
        }
        consumer.crash();
        for (let reads = 0; consumer.mark < LAST && reads < 100; reads++) await consumer.read(50);
        expect(consumer.applied).to.deep.equal(Array.from({ length: LAST }, (_, index) => index + 1));
      }),
      { numRuns: 150 },
    );
  });

  it("G5: without a loss the stream holds every number once, however runs are repeated and cut", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(published, { maxLength: 30 }), async (runs) => {
        await scratch.redis.flushdb();
        await createGroup(scratch.redis);
        let mark = 0;
        for (const step of runs) {
          if (step.do !== "publish") continue;
          const last = Math.min(LAST, step.first + step.count - 1);
          const [answer] = await publish(scratch.redis, runOf(step.first, last));
          mark = step.first <= mark + 1 ? Math.max(mark, last) : mark;
          const code = step.first > mark + 1 ? "GAP" : "OK";
          expect(answer).to.deep.equal({ code, mark });
        }
        expect(await scratch.redis.xlen(streamKey(AT))).to.equal(mark);
      }),
      { numRuns: 60 },
    );
  });
});
