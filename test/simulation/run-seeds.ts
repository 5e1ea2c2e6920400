/** Many runs, one after another, and what is said of them. */

import { Violation } from "./violation.ts";
import { type Outcome, type Run, simulate } from "./world.ts";

export interface Seeds {
  readonly from: number;
  readonly count: number;
  readonly steps: number;
  readonly defect?: string | undefined;
  /** Each seed runs two times, and must do the same. */
  readonly isTwice?: boolean;
  readonly isTraced?: boolean;
  readonly isFirstOnly?: boolean;
  readonly isBoardOnly?: boolean;
  readonly print: (line: string) => void;
}

const PROGRESS_EVERY_MS = 10_000;

/** Answers how many of them failed. */
export async function runSeeds(seeds: Seeds): Promise<number> {
  const { from, count, steps, print, isBoardOnly = false } = seeds;
  const startedMs = performance.now();
  let [failed, done, events, faults, toldMs] = [0, 0, 0, 0, startedMs];
  for (let seed = from; seed < from + count; seed++) {
    const outcome = await simulate({ seed, steps, isBoardOnly, keepLines: seeds.isTraced ?? false });
    const failure =
      outcome.failure ??
      (seeds.isTwice === true ? await differs(outcome, { seed, steps, isBoardOnly }) : undefined);
    for (const line of outcome.lines) print(line);
    if (seed === from) print(`seed ${seed} is run ${outcome.digest}`);
    done += 1;
    events += outcome.events;
    faults += outcome.faults;
    if (failure !== undefined) {
      failed += 1;
      print(lineOf(failure, seed, seeds));
      if (seeds.isFirstOnly === true) break;
    }
    if (performance.now() - toldMs >= PROGRESS_EVERY_MS) {
      toldMs = performance.now();
      print(`… ${done} of ${count} seeds, ${failed} failed`);
    }
  }
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  print(`${done} seeds, ${failed} failed: ${events} events, ${faults} faults, in ${seconds} s`);
  return failed;
}

async function differs(outcome: Outcome, run: Run): Promise<Violation | undefined> {
  const again = await simulate(run);
  if (again.digest === outcome.digest) return undefined;
  return new Violation("same seed, same bytes", `${outcome.digest}, then ${again.digest}`);
}

/** One line that says what is broken and runs it again. */
function lineOf(failure: unknown, seed: number, { steps, defect, isBoardOnly }: Seeds): string {
  const how = `npm run simulate -- --seed ${seed} --steps ${steps}${isBoardOnly === true ? " --board-only" : ""}${defect === undefined ? "" : ` --defect ${defect}`}`;
  return `${how} # ${brokenBy(failure)}`;
}

/** The rule that is violated; or, when the simulation itself fails or the code throws what only a bug can, where. */
function brokenBy(failure: unknown): string {
  if (failure instanceof Violation) return `${failure.rule}: ${failure.message}`;
  const [what, where = ""] = failure instanceof Error ? (failure.stack ?? "").split("\n") : [String(failure)];
  return `the simulation failed: ${what} ${where.trim()}`;
}
