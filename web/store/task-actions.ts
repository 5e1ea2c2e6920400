import type { Task } from "../api/resources.ts";
import { sendCommand } from "../api/send-command.ts";
import { money } from "../format/money.ts";
import { t } from "../messages/t.ts";
import { board } from "./board.ts";
import { toasts } from "./toasts.ts";

/** What a person does with one task. Each puts the answer on the board; a refusal is thrown. */
export const taskActions = {
  async start(task: Task): Promise<void> {
    accept(await sendCommand<Task>("POST", `/tasks/${task.id}/start`));
  },

  async complete(task: Task): Promise<void> {
    const done = await sendCommand<Task>("POST", `/tasks/${task.id}/complete`);
    accept(done);
    const { number } = task;
    toasts.done(
      t("task.completed-toast", { number: `#${number}`, reward: money(task.rewardMinor, { short: true }) }),
    );
  },

  async cancel(task: Task): Promise<void> {
    accept(await sendCommand<Task>("POST", `/tasks/${task.id}/cancel`));
    toasts.done(t("task.cancelled-toast", { number: `#${task.number}` }));
  },
};

function accept(task: Task | undefined): void {
  if (task?.id !== undefined) board.accept([task]);
}
