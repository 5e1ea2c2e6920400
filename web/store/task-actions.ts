import { batch } from "@preact/signals";
import type { Task } from "../api/resources.ts";
import { sendCommand } from "../api/send-command.ts";
import { money } from "../format/money.ts";
import { t } from "../messages/t.ts";
import { board } from "./board.ts";
import { tasks } from "./tasks.ts";
import { toasts } from "./toasts.ts";

/** What a person does with one task. Shown at once, confirmed by the answer, taken back by a refusal, which is thrown. */
export const taskActions = {
  async start(task: Task): Promise<void> {
    await change(task, "in-progress", "start");
  },

  async complete(task: Task): Promise<void> {
    await change(task, "done", "complete");
    const reward = money(task.rewardMinor, { short: true });
    toasts.done(t("task.completed-toast", { number: `#${task.number}`, reward }));
  },

  async cancel(task: Task): Promise<void> {
    await change(task, "cancelled", "cancel");
    toasts.done(t("task.cancelled-toast", { number: `#${task.number}` }));
  },
};

/** The change alone, without a word. Each step of it is one change of the page. */
export async function change(
  task: Task,
  status: Task["status"],
  verb: "start" | "complete" | "cancel",
): Promise<void> {
  batch(() => {
    board.notice([{ ...task, status }]);
    tasks.expect(task.id, status);
  });
  try {
    const answer = await sendCommand<Task | undefined>("POST", `/tasks/${task.id}/${verb}`);
    batch(() => {
      tasks.settle(task.id, status);
      if (answer !== undefined) board.accept([answer]);
    });
  } catch (thrown) {
    tasks.settle(task.id, status);
    throw thrown;
  }
}
