/**
 * `npm run simulate -- --seed N --steps M [--seeds K] [--defect NAME] [--first] [--twice] [--trace] [--board-only]`: runs seeds N to
 * N+K-1 and says which of them break a guarantee, each in one line that reproduces it. `--first` ends with the first of
 * them, `--twice` runs each seed two times and compares, `--trace` prints what happened, with `--board-only` nobody
 * corrects, schedules or subscribes. With `--defect` the code is
 * broken on purpose, in this process only.
 */
import { parseArgs } from "node:util";
import { breakCode } from "./defects.ts";

const STEPS = 6_000;

const OPTIONS = {
  seed: { type: "string", default: "1" },
  steps: { type: "string", default: String(STEPS) },
  seeds: { type: "string", default: "1" },
  defect: { type: "string" },
  twice: { type: "boolean", default: false },
  trace: { type: "boolean", default: false },
  first: { type: "boolean", default: false },
  "board-only": { type: "boolean", default: false },
} as const;

const values = orRefuse(() => parseArgs({ options: OPTIONS }).values);
const [from, count, steps] = (["seed", "seeds", "steps"] as const).map((name) =>
  orRefuse(() => whole(name, values[name])),
) as [number, number, number];

function whole(name: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new Error(`--${name}: expected a whole number, got ${text}`);
  return Number(text);
}

function orRefuse<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    process.stderr.write(`simulate: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  }
}

const { defect } = values;
if (defect !== undefined) orRefuse(() => breakCode(defect));
// After the hook is in place: whatever the runs load may be broken by it.
const { runSeeds } = await import("./run-seeds.ts");

const failed = await runSeeds({
  from,
  count,
  steps,
  defect,
  isTwice: values.twice,
  isTraced: values.trace,
  isFirstOnly: values.first,
  isBoardOnly: values["board-only"],
  print: (line) => process.stdout.write(`${line}\n`),
});
process.exit(failed === 0 ? 0 : 1);
