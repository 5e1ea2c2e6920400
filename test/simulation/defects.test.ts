import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { DEFECTS } from "./defects.ts";
import { OFFICE_SEEDS } from "./office-defects.ts";

const SIMULATE = fileURLToPath(new URL("./simulate.ts", import.meta.url));
const SEEDS_MAX = 300;
/** Where the search begins: what a defect spoils is not in every run. */
const FIRST_SEEDS: Readonly<Record<string, number>> = {
  ...OFFICE_SEEDS,
  "agenda-not-inherited": 28,
  "group-recreated-at-dollar": 4,
  "interleaved-shuffles": 3,
  "no-fence": 12,
  "nothing-noted-in-hand": 106,
  "parked-mailbox-overtaken": 4,
};
/** As in simulation.test.ts. */
const ROOM = "--max-semi-space-size=64";
/** As many at once as a small machine has cores. */
const AT_ONCE = 2;

/** What the simulation prints about broken code: it ends with the first seed that fails. */
function simulateWith(defect: string): Promise<string> {
  const seed = String(FIRST_SEEDS[defect] ?? 1);
  const args = [ROOM, SIMULATE, "--defect", defect, "--seed", seed, "--seeds", String(SEEDS_MAX), "--first"];
  return new Promise((resolve) => {
    execFile(process.execPath, args, (_error, stdout, stderr) => resolve(stdout + stderr));
  });
}

describe("the simulation can fail: deliberate defects", function () {
  this.timeout(600_000); // half a minute on two idle cores; no stop-watch on busy ones
  const found = new Map<string, Promise<string>>();

  before(() => {
    const waiting = Object.keys(DEFECTS);
    const results = new Map(waiting.map((name) => [name, Promise.withResolvers<string>()]));
    for (const [name, { promise }] of results) found.set(name, promise);
    const work = async () => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift())
        results.get(name)?.resolve(await simulateWith(name));
    };
    for (let worker = 0; worker < AT_ONCE; worker++) void work();
  });

  it("there are twenty-five of them", () => {
    expect(Object.keys(DEFECTS)).to.have.length(25);
  });

  for (const name of Object.keys(DEFECTS)) {
    it(`${name} is found`, async function () {
      const output = (await found.get(name)) ?? "";
      const line = new RegExp(
        `^npm run simulate -- --seed (\\d+) --steps \\d+ --defect ${name} # (.+)$`,
        "m",
      );
      const [, seed, violation] = line.exec(output) ?? [];
      expect(seed, output).to.not.equal(undefined);
      expect(violation, "a rule that is violated").to.match(/^(?!the simulation failed)[\w -]+: /);
      if (this.test !== undefined) this.test.title += `, with seed ${seed}: ${violation}`.slice(0, 90);
    });
  }
});
