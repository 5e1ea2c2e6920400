/**
 * `npm run simulate -- --seed N --steps M [--seeds K] [--defect NAME] [--first] [--twice] [--trace]`: runs seeds N to
 * N+K-1 and says which of them break a guarantee, each in one line that reproduces it. `--first` ends with the first of
 * them, `--twice` runs each seed two times and compares, `--trace` prints what happened. With `--defect` the code is
 * broken on purpose, in this process only.
 */
import { parseArgs } from "node:util";
import { breakCode } from "./defects.ts";

const STEPS = 6_000;

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    steps: { type: "string", default: String(STEPS) },
    seeds: { type: "string", default: "1" },
    defect: { type: "string" },
    twice: { type: "boolean", default: false },
    trace: { type: "boolean", default: false },
    first: { type: "boolean", default: false },
  },
});

const { defect } = values;
if (defect !== undefined) breakCode(defect);
// After the hook is in place: whatever the runs load may be broken by it.
const { runSeeds } = await import("./run-seeds.ts");

const failed = await runSeeds({
  from: Number(values.seed),
  count: Number(values.seeds),
  steps: Number(values.steps),
  defect,
  isTwice: values.twice,
  isTraced: values.trace,
  isFirstOnly: values.first,
  print: (line) => process.stdout.write(`${line}\n`),
});
process.exit(failed === 0 ? 0 : 1);
