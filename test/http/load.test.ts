import { expect } from "chai";
import { Load, type LoadOptions } from "../../http/load.ts";
import { refusalOfRejection } from "../../http/problem.ts";
import { notFound, Refusal } from "../../http/refusal.ts";

/** Work that ends when the test says so, by a clock that the test moves. */
class Bench {
  nowMs = 0;
  readonly load: Load;
  readonly #running: PromiseWithResolvers<void>[] = [];

  constructor(options: Partial<LoadOptions> = {}) {
    this.load = new Load({ min: 2, max: 1_000, waitMsMax: 500, nowMs: () => this.nowMs, ...options });
  }

  /** Begins as much as there is room for; answers how much that was. */
  fill(): number {
    let begun = 0;
    for (; !this.load.isFull; begun++) this.#begin();
    return begun;
  }

  #begin(): void {
    const work = Promise.withResolvers<void>();
    this.#running.push(work);
    void this.load.run(() => work.promise).catch(() => undefined);
  }

  async complete(count: number, error?: Error): Promise<void> {
    for (const work of this.#running.splice(0, count))
      error === undefined ? work.resolve() : work.reject(error);
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** A second in which so much is asked for and completed, and something is in progress all the time. */
  async unhurried(perSecond: number): Promise<void> {
    for (let window = 0; window < 4; window++) {
      for (let begun = 0; begun < perSecond / 4 + 1; begun++) this.#begin();
      await this.complete(perSecond / 4);
      this.nowMs += 250;
    }
    await this.complete(this.#running.length);
  }

  /** Kept full for a second in which so much is completed; answers how much is in progress then. */
  async second(perSecond: number, error?: Error): Promise<number> {
    for (let window = 0; window < 4; window++) {
      this.fill();
      await this.complete(perSecond / 4, error);
      this.nowMs += 250;
    }
    this.fill();
    return this.#running.length;
  }
}

describe("load", () => {
  it("EDGE-3: lets in at once what is completed in the wait allowed, and refuses the rest", async () => {
    const bench = new Bench();
    expect(bench.fill()).to.equal(2);
    for (let second = 0; second < 8; second++) await bench.second(400);
    expect(await bench.second(400)).to.be.within(190, 210);
    const refusal = await bench.load.run(() => Promise.reject(new Error("it began"))).catch((error) => error);
    expect(refusal).to.be.instanceOf(Refusal).and.include({ status: 503, code: "unavailable" });
    expect(Number(refusal.headers["Retry-After"])).to.be.within(1, 3);
  });

  it("EDGE-3: follows what slows down, to the least that is always let in, and what recovers", async () => {
    const bench = new Bench();
    for (let second = 0; second < 8; second++) await bench.second(400);
    for (let second = 0; second < 3; second++) await bench.second(0);
    await bench.complete(1_000);
    expect(bench.fill()).to.equal(2);
    for (let second = 0; second < 8; second++) await bench.second(400);
    expect(await bench.second(400)).to.be.within(190, 210);
  });

  it("EDGE-3: never lets in more than the most, whatever the rate", async () => {
    const bench = new Bench({ max: 50 });
    for (let second = 0; second < 8; second++) await bench.second(1_000);
    expect(await bench.second(1_000)).to.equal(50);
  });

  it("a quiet time takes nothing of the room: that little was asked for says nothing of what could be done", async () => {
    const bench = new Bench();
    for (let second = 0; second < 8; second++) await bench.second(400);
    await bench.complete(1_000);
    bench.nowMs += 60_000;
    expect(bench.fill()).to.be.within(190, 210);
  });

  it("nor does a time of little work: a hiccup then finds the room for what could be done", async () => {
    const bench = new Bench();
    for (let second = 0; second < 8; second++) await bench.second(400);
    await bench.complete(1_000);
    bench.nowMs += 1_000;
    for (let second = 0; second < 8; second++) await bench.unhurried(40);
    expect(bench.fill()).to.be.within(190, 210);
  });

  it("refusals by the actor are completions, what was put off is none", async () => {
    const answered = new Bench();
    for (let second = 0; second < 8; second++) await answered.second(400, notFound());
    expect(await answered.second(400)).to.be.within(190, 210);
    const parked = new Bench();
    const sentBack = refusalOfRejection("mailbox_parked");
    for (let second = 0; second < 8; second++) await parked.second(400, sentBack);
    expect(await parked.second(400), "G8: one parked mailbox takes nothing of the others' room").to.be.within(
      190,
      210,
    );
    const putOff = new Bench();
    const away = Object.assign(new Error("away"), { code: "ECONNREFUSED" });
    for (let second = 0; second < 8; second++) await putOff.second(400, away);
    expect(putOff.fill()).to.be.at.most(2);
  });

  it("EDGE-3: is full while what is in line beyond this process is too much", async () => {
    let isBehind = true;
    const load = new Load({ min: 2, max: 2, waitMsMax: 1, isBehind: () => isBehind });
    expect(load.isFull).to.equal(true);
    isBehind = false;
    expect(await load.run(async () => "done")).to.equal("done");
  });
});
