/**
 * A lane's own process, seen from inside: it is told what to do by messages of the bench, one at a time, and ends with
 * it. Every lane runs in a process of its own, so that none pays for another's memory or warms its code up.
 */
import type { Figures } from "./figures.ts";

export interface Program<Task> {
  /** Everything up to the moment where the clock starts. */
  prepare(task: Task): Promise<void>;
  measure(): Promise<Figures>;
  /** Closes what `prepare` opened. */
  clear(): Promise<void>;
}

export type Order<Task> =
  | { readonly do: "prepare"; readonly task: Task }
  | { readonly do: "measure" }
  | { readonly do: "clear" };

export type Report = { readonly figures: Figures } | { readonly failure: string };

export function runProgram<Task>(program: Program<Task>): void {
  process.on("message", async (order: Order<Task>) => {
    const report: Report = await obey(program, order).then(
      (figures) => ({ figures }),
      (error) => ({ failure: String((error as Error).stack ?? error) }),
    );
    process.send?.(report);
  });
  // The bench has ended, in whatever way: nothing is left to do.
  process.on("disconnect", () => process.exit(0));
}

async function obey<Task>(program: Program<Task>, order: Order<Task>): Promise<Figures> {
  switch (order.do) {
    case "prepare":
      await program.prepare(order.task);
      return {};
    case "measure":
      return program.measure();
    case "clear":
      await program.clear();
      return {};
  }
}

/** Resolves when `isDone` says so; looks every few milliseconds. */
export async function until(isDone: () => boolean | Promise<boolean>, everyMs = 5): Promise<void> {
  while (!(await isDone())) await new Promise((resolve) => setTimeout(resolve, everyMs));
}
