import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { Pulse } from "../../http/pulse.ts";

const BUSY_MS = 20;
const CALM_MS = 400;

describe("a pulse", () => {
  let beats: number;
  let isUsed: boolean;
  let pulse: Pulse;

  beforeEach(() => {
    beats = 0;
    isUsed = false;
    const beat = () => void beats++;
    pulse = new Pulse({ busyMs: BUSY_MS, calmMs: CALM_MS, beat, isUsed: () => isUsed });
    pulse.start();
  });
  afterEach(() => pulse.stop());

  it("beats seldom while nobody uses it", async () => {
    await sleep(CALM_MS / 2);
    expect(beats).to.equal(1);
    await sleep(CALM_MS);
    expect(beats).to.equal(2);
  });

  it("EDGE-3: beats at once for the first who comes after a calm, and once for all who come with him", async () => {
    await sleep(CALM_MS / 4);
    for (let n = 0; n < 10; n++) pulse.use();
    expect(beats).to.equal(2);
  });

  it("beats often while it is used, and is calm again soon after", async () => {
    const untilMs = performance.now() + CALM_MS / 2;
    while (performance.now() < untilMs) {
      pulse.use();
      await sleep(BUSY_MS / 4);
    }
    expect(beats).to.be.within(4, CALM_MS / 2 / BUSY_MS + 3);
    await sleep(3 * BUSY_MS);
    const before = beats;
    await sleep(CALM_MS / 2);
    expect(beats).to.equal(before);
  });

  it("beats often, too, while somebody waits who came once", async () => {
    isUsed = true;
    pulse.use();
    await sleep(CALM_MS / 2);
    expect(beats).to.be.at.least(4);
  });

  it("does not beat any more when it was stopped", async () => {
    isUsed = true;
    await sleep(2 * BUSY_MS);
    pulse.stop();
    const before = beats;
    pulse.use();
    await sleep(4 * BUSY_MS);
    expect(beats).to.equal(before);
  });
});
