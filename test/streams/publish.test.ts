import { expect } from "chai";
import { addNotice, readAnswer } from "../../streams/publish.ts";
import { marksKey, streamKey } from "../../streams/topology.ts";
import {
  AT,
  makeStream,
  markOf,
  numbersIn,
  publish,
  runOf,
  type ScratchRedis,
  scratchRedis,
  streamed,
} from "./scratch-redis.ts";

const OTHER = "/ates/payment/3";

describe("publishing", function () {
  this.timeout(120_000); // the first test starts the servers
  let scratch: ScratchRedis;

  beforeEach(async () => {
    scratch = await scratchRedis();
  });

  afterEach(() => scratch.end());

  it("G5: appends a run in its order and remembers its last number", async () => {
    await makeStream(scratch.redis);
    expect(await publish(scratch.redis, runOf(1, 5))).to.deep.equal([{ code: "OK", mark: 5 }]);
    expect(await numbersIn(scratch.redis)).to.deep.equal([1, 2, 3, 4, 5]);
    expect(await scratch.redis.hgetall(marksKey(AT))).to.deep.equal({ "/ates/task-board/0": "5" });
  });

  it("G5: appends nothing twice, whatever part of a run comes again", async () => {
    await makeStream(scratch.redis);
    await publish(scratch.redis, runOf(1, 3));
    const answers = await publish(scratch.redis, runOf(1, 3), runOf(2, 2), runOf(2, 5), runOf(5, 6));
    expect(answers.map((answer) => "mark" in answer && answer.mark)).to.deep.equal([3, 3, 5, 6]);
    expect(await numbersIn(scratch.redis)).to.deep.equal([1, 2, 3, 4, 5, 6]);
  });

  it("G5: answers a gap with the mark and appends nothing behind it", async () => {
    await makeStream(scratch.redis);
    await publish(scratch.redis, runOf(1, 2));
    expect(await publish(scratch.redis, runOf(4, 6))).to.deep.equal([{ code: "GAP", mark: 2 }]);
    expect(await numbersIn(scratch.redis)).to.deep.equal([1, 2]);
    expect(await publish(scratch.redis, runOf(3, 6))).to.deep.equal([{ code: "OK", mark: 6 }]);
  });

  it("G6: never makes a stream, and leaves nothing where there is none", async () => {
    expect(await publish(scratch.redis, runOf(1, 3))).to.deep.equal([{ code: "NOSTREAM" }]);
    expect(await publish(scratch.redis, runOf(1, 3, { mode: "rewind" }))).to.deep.equal([
      { code: "NOSTREAM" },
    ]);
    expect(await scratch.redis.dbsize()).to.equal(0);
  });

  it("G6: a base lifts a lost mark: what every group has consumed is not asked for", async () => {
    await makeStream(scratch.redis);
    expect(await publish(scratch.redis, runOf(11, 12, { base: 10 }))).to.deep.equal([
      { code: "OK", mark: 12 },
    ]);
    expect(await numbersIn(scratch.redis)).to.deep.equal([11, 12]);
  });

  it("G5: a base behind the mark does not lower it", async () => {
    await makeStream(scratch.redis);
    await publish(scratch.redis, runOf(1, 9));
    expect(await publish(scratch.redis, runOf(5, 9, { base: 4 }))).to.deep.equal([{ code: "OK", mark: 9 }]);
    expect(await numbersIn(scratch.redis)).to.have.length(9);
  });

  it("G6: rewind appends again from behind the base what was lost although the mark has it", async () => {
    await makeStream(scratch.redis);
    await publish(scratch.redis, runOf(1, 6));
    await scratch.redis.xtrim(streamKey(AT), "MAXLEN", 4);
    const again = runOf(3, 6, { base: 2, mode: "rewind" });
    expect(await publish(scratch.redis, again)).to.deep.equal([{ code: "OK", mark: 6 }]);
    expect(await numbersIn(scratch.redis)).to.deep.equal([3, 4, 5, 6, 3, 4, 5, 6]);
  });

  it("G5: two sources of one stream are independent of each other", async () => {
    await makeStream(scratch.redis);
    const answers = await publish(
      scratch.redis,
      runOf(1, 3),
      runOf(1, 2, { source: OTHER }),
      runOf(9, 9, { source: OTHER }),
      runOf(4, 4),
    );
    expect(answers.map(({ code }) => code)).to.deep.equal(["OK", "OK", "GAP", "OK"]);
    expect(await numbersIn(scratch.redis)).to.deep.equal([1, 2, 3, 4]);
    expect(await numbersIn(scratch.redis, OTHER)).to.deep.equal([1, 2]);
  });

  it("G5: counts beyond 2^31 and keeps every digit of a mark", async () => {
    await makeStream(scratch.redis);
    const far = 2 ** 40;
    await publish(scratch.redis, runOf(far, far, { base: far - 1 }));
    expect(await scratch.redis.hget(marksKey(AT), "/ates/task-board/0")).to.equal(String(far));
    expect(await publish(scratch.redis, runOf(far, far + 1))).to.deep.equal([{ code: "OK", mark: far + 1 }]);
  });

  it("G5: a run without envelopes is a question: it answers the mark and appends nothing", async () => {
    await makeStream(scratch.redis);
    await publish(scratch.redis, runOf(1, 5));
    expect(await publish(scratch.redis, runOf(3, 2, { base: 2 }))).to.deep.equal([{ code: "OK", mark: 5 }]);
    expect(await numbersIn(scratch.redis)).to.have.length(5);
  });

  it("G5: a run as long as a resend's fits into one call", async () => {
    await makeStream(scratch.redis);
    expect(await publish(scratch.redis, runOf(1, 1_000))).to.deep.equal([{ code: "OK", mark: 1_000 }]);
    expect(await numbersIn(scratch.redis)).to.have.length(1_000);
  });

  it("EDGE-4: publishing goes on when the server has forgotten its scripts", async () => {
    await makeStream(scratch.redis);
    await publish(scratch.redis, runOf(1, 1));
    for (let number = 2; number <= 4; number++) {
      await scratch.redis.script("FLUSH");
      const answers = await publish(
        scratch.redis,
        runOf(number, number),
        runOf(1, 1, { source: `${OTHER}${number}` }),
      );
      expect(answers.map(({ code }) => code)).to.deep.equal(["OK", "OK"]);
    }
    expect(await numbersIn(scratch.redis)).to.deep.equal([1, 2, 3, 4]);
  });

  it("G5: many runs of one channel in one pipeline stay in order after the scripts are lost", async () => {
    await makeStream(scratch.redis);
    await publish(scratch.redis, runOf(1, 1));
    await scratch.redis.script("FLUSH");
    await publish(scratch.redis, ...Array.from({ length: 20 }, (_, index) => runOf(index + 2, index + 2)));
    const last = await markOf(scratch.redis);
    await publish(scratch.redis, runOf(last + 1, 21));
    expect(await numbersIn(scratch.redis)).to.deep.equal(Array.from({ length: 21 }, (_, index) => index + 1));
  });

  it("says why it failed when the keys hold something else", async () => {
    await scratch.redis.set(streamKey(AT), "no stream");
    const [answer] = await publish(scratch.redis, runOf(1, 1));
    expect(answer?.code).to.equal("FAILED");
    expect(answer?.code === "FAILED" && answer.error.message).to.include("WRONGTYPE");
    expect(await markOf(scratch.redis)).to.equal(0);
  });

  it("notices are neither numbered nor kept for ever", async () => {
    const notices = { topic: "notices", partition: 0 } as const;
    const pipeline = scratch.redis.pipeline();
    for (let n = 0; n < 11_000; n++) addNotice(pipeline, notices, String(n));
    await pipeline.exec();
    const kept = await streamed(scratch.redis, notices);
    expect(kept.at(-1)).to.equal("10999");
    expect(kept.length).to.be.within(10_000, 10_500);
    expect(await scratch.redis.exists(marksKey(notices))).to.equal(0);
  });

  it("reads every answer of the script", () => {
    const error = new Error("away");
    expect(readAnswer(error, null)).to.deep.equal({ code: "FAILED", error });
    expect(readAnswer(null, ["OK", 7])).to.deep.equal({ code: "OK", mark: 7 });
    expect(readAnswer(null, ["GAP", 7])).to.deep.equal({ code: "GAP", mark: 7 });
    expect(readAnswer(null, ["NOSTREAM", 0])).to.deep.equal({ code: "NOSTREAM" });
  });
});
