/** From a publisher's outbox through a Redis that loses what it likes to a consumer's inbox. */
import { expect } from "chai";
import fc from "fast-check";
import { Inbox, inboxKey } from "../../streams/inbox.ts";
import type { ChannelRun } from "../../streams/publish.ts";
import { marksKey, streamKey } from "../../streams/topology.ts";
import { AT, GROUP, publish, runOf, type ScratchRedis, SOURCE, scratchRedis } from "./scratch-redis.ts";

const LAST = 30;

type Loss = "crash" | "wipe" | "lose stream" | "lose marks" | "lose group" | "lose entries";
type Step =
  | {
      readonly do: "publish";
      readonly first: number;
      readonly count: number;
      readonly mode: ChannelRun["mode"];
    }
  | { readonly do: "read"; readonly count: number }
  | { readonly do: Loss };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant("publish" as const),
        first: fc.integer({ min: 1, max: LAST }),
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
        do: fc.constantFrom<Loss>("crash", "wipe", "lose stream", "lose marks", "lose group", "lose entries"),
      }),
    },
  ),
  { maxLength: 40 },
);

/** As partitions are: its mark is what Postgres would hold, and a crash loses what it had in hand. */
class Consumer {
  readonly applied: number[] = [];
  readonly #scratch: ScratchRedis;
  readonly #inbox = new Inbox({});
  #from = "0";

  constructor(scratch: ScratchRedis) {
    this.#scratch = scratch;
  }

  get mark(): number {
    return this.applied.length;
  }

  crash(): void {
    this.#from = "0";
  }

  async read(count: number): Promise<void> {
    const { redis } = this.#scratch;
    await this.join();
    const reply = (await redis.call(
      ...["XREADGROUP", "GROUP", GROUP, "owner", "COUNT", count, "STREAMS", streamKey(AT), this.#from],
    )) as [string, [string, string[] | null][]][] | null;
    const entries = reply?.[0]?.[1] ?? [];
    if (this.#from !== ">") this.#from = entries.at(-1)?.[0] ?? ">";
    for (const [id, fields] of entries) {
      const number = Number(fields?.[1]?.split(" ")[1] ?? 0);
      if (number > 0 && this.#inbox.offer(inboxKey(AT, SOURCE), number) === "apply")
        this.applied.push(number);
      if (number % 3 !== 0) await redis.xack(streamKey(AT), GROUP, id); // some acknowledgements are lost
    }
  }

  async join(): Promise<void> {
    await this.#scratch.redis.xgroup("CREATE", streamKey(AT), GROUP, "0", "MKSTREAM").catch(() => undefined);
  }
}

async function lose({ redis }: ScratchRedis, what: Loss, consumer: Consumer): Promise<unknown> {
  switch (what) {
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

async function take(scratch: ScratchRedis, step: Step, consumer: Consumer): Promise<unknown> {
  if (step.do === "read") return consumer.read(step.count);
  if (step.do !== "publish") return lose(scratch, step.do, consumer);
  const { first, count, mode } = step;
  const last = Math.min(LAST, first + count - 1);
  return publish(scratch.redis, runOf(first, last, { base: consumer.mark, mode }));
}

describe("a channel", function () {
  this.timeout(60_000);
  let scratch: ScratchRedis;

  beforeEach(async () => {
    scratch = await scratchRedis();
  });

  afterEach(() => scratch.end());

  it("G4 G5 G6: whatever is repeated, reordered, wiped or lost, 1..n arrive once, in order, after one resend", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        await scratch.redis.flushdb();
        const consumer = new Consumer(scratch);
        for (const step of history) await take(scratch, step, consumer);
        await consumer.join();
        await publish(scratch.redis, runOf(consumer.mark + 1, LAST, { base: consumer.mark, mode: "rewind" }));
        consumer.crash();
        for (let reads = 0; consumer.mark < LAST && reads < 100; reads++) await consumer.read(50);
        expect(consumer.applied).to.deep.equal(Array.from({ length: LAST }, (_, index) => index + 1));
      }),
      { numRuns: 150 },
    );
  });

  it("G5: a resend without a rewind is enough when whole streams are lost, marks and all", async () => {
    const consumer = new Consumer(scratch);
    for (let wiped = 0; consumer.mark < LAST; wiped++) {
      await scratch.redis.flushdb();
      await consumer.join();
      await publish(scratch.redis, runOf(consumer.mark + 1, LAST, { base: consumer.mark }));
      consumer.crash();
      for (let reads = 0; reads < 2; reads++) await consumer.read(5); // the history, then what is new
      expect(wiped).to.be.below(LAST);
    }
    expect(consumer.applied).to.deep.equal(Array.from({ length: LAST }, (_, index) => index + 1));
  });
});
