/** What the processes of a lane have told of the answers they saw (`watch.ts`), taken and summed up. */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { AnswerTally } from "./watch.ts";

export const NO_ANSWERS: AnswerTally = { validated: 0, beside: 0, operations: [], faults: [] };

export function takeTold(folder: string | undefined): AnswerTally {
  if (folder === undefined) return NO_ANSWERS;
  const paths = readdirSync(folder).map((name) => join(folder, name));
  return paths.flatMap((path) => read(path)).reduce(together, NO_ANSWERS);
}

export function together(one: AnswerTally, other: AnswerTally): AnswerTally {
  return {
    validated: one.validated + other.validated,
    beside: one.beside + other.beside,
    operations: [...new Set([...one.operations, ...other.operations])],
    faults: [...new Set([...one.faults, ...other.faults])],
  };
}

/** A process may be writing it just now: then it is taken next time. */
function read(path: string): AnswerTally[] {
  try {
    const tally = JSON.parse(readFileSync(path, "utf8")) as AnswerTally;
    rmSync(path);
    return [tally];
  } catch {
    return [];
  }
}
