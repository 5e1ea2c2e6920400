import { useState } from "preact/hooks";
import { Problem } from "../api/problem.ts";

export interface Action<A extends unknown[]> {
  readonly busy: boolean;
  readonly problem: Problem | undefined;
  run(...args: A): Promise<void>;
}

/** Something a person does that may be refused: one at a time, with its refusal at hand. */
export function useAction<A extends unknown[]>(perform: (...args: A) => Promise<void>): Action<A> {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | undefined>(undefined);
  return {
    busy,
    problem,
    async run(...args: A): Promise<void> {
      if (busy) return;
      setBusy(true);
      setProblem(undefined);
      try {
        await perform(...args);
      } catch (thrown) {
        setProblem(Problem.of(thrown));
      } finally {
        setBusy(false);
      }
    },
  };
}
