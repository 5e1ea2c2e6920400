import { Problem } from "../api/problem.ts";
import type { Task } from "../api/resources.ts";
import { problemText } from "../messages/problem-text.ts";
import { t } from "../messages/t.ts";
import { selection } from "./selection.ts";
import { change } from "./task-actions.ts";
import { toasts } from "./toasts.ts";

/** As many at once: fast, and far below what the edge lets one person ask. */
const AT_ONCE = 4;

type Deed = "complete" | "cancel";

/** Does the same with many tasks, then says once what came of it. What is refused stays marked. */
export async function doWithAll(deed: Deed, among: readonly Task[]): Promise<void> {
  const refused = new Map<string, Problem>();
  const left = [...among];
  async function work(): Promise<void> {
    for (let task = left.shift(); task !== undefined; task = left.shift()) {
      const { id } = task;
      await change(task, deed === "complete" ? "done" : "cancelled", deed).catch((thrown: unknown) =>
        refused.set(id, Problem.of(thrown)),
      );
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  selection.chosen.value = new Set(refused.keys());
  report(deed, among.length - refused.size, [...refused.values()]);
}

function report(deed: Deed, done: number, problems: readonly Problem[]): void {
  const first = problems[0];
  if (done > 0) toasts.done(t(`bulk.${deed}.done`, { n: done }));
  if (first !== undefined)
    toasts.say("problem", t("bulk.refused", { n: problems.length, reason: problemText(first) }));
}
