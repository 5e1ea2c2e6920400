import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { REGRESSION_SEEDS } from "./regression-seeds.ts";
import { simulate } from "./world.ts";

const SIMULATE = fileURLToPath(new URL("./simulate.ts", import.meta.url));
const STEPS = 6_000;
/** Worlds are short-lived, all of them: with room for the young, a tenth of the time goes less to collecting them. */
const ROOM = "--max-semi-space-size=64";
/** One process per core of a small machine. */
const SHARES = [
  { seed: 1, seeds: 100 },
  { seed: 101, seeds: 100 },
];

/** What the command prints: which run the first seed is, a line for each failure, and how many there were. */
function simulateSeeds({ seed, seeds }: (typeof SHARES)[number]): Promise<string[]> {
  const args = [ROOM, SIMULATE, "--seed", String(seed), "--seeds", String(seeds), "--steps", String(STEPS)];
  return new Promise((resolve) => {
    execFile(process.execPath, args, (_error, stdout, stderr) =>
      resolve((stdout + stderr).trim().split("\n")),
    );
  });
}

describe("deterministic simulation", function () {
  this.timeout(600_000); // half a minute on two idle cores; no stop-watch on busy ones

  let lines: readonly string[] = [];
  before(async () => {
    lines = (await Promise.all(SHARES.map(simulateSeeds))).flat();
  });

  it("G1 G2 G3 G4 G5 G6 G8 DAY-3 DAY-5 PAY-1 PAY-3 EDGE-2 EDGE-4: 200 seeds of faults break no guarantee", () => {
    const ends = lines.filter((line) => line.startsWith("100 seeds, 0 failed"));
    expect(ends, lines.join("\n")).to.have.length(SHARES.length);
  });

  it("the same seed is the same run, to the byte, in another process as well; another seed is another", async () => {
    const digests: string[] = [];
    for (const { seed } of SHARES) {
      const { digest, events } = await simulate({ seed, steps: STEPS });
      expect(lines).to.include(`seed ${seed} is run ${digest}`);
      expect(events).to.be.above(STEPS);
      digests.push(digest);
    }
    expect(new Set(digests).size).to.equal(digests.length);
  });

  for (const { was, ...run } of REGRESSION_SEEDS) {
    it(`seed ${run.seed} passes, which once failed: ${was}`, async () => {
      const { failure } = await simulate(run);
      expect(failure).to.equal(undefined);
    });
  }
});
