import type { Task } from "../api/resources.ts";
import { sendCommand } from "../api/send-command.ts";
import { t } from "../messages/t.ts";
import { board } from "../store/board.ts";
import { toasts } from "../store/toasts.ts";
import { useAction } from "../store/use-action.ts";
import { Dialog } from "./dialog.tsx";
import { type TaskDraft, TaskForm } from "./task-form.tsx";

const blank: TaskDraft = { title: "", jiraId: "", description: "" };

/** Who gets the task and what it costs is not asked: the exchange draws both. */
export function CreateTaskDialog({ onClose }: { onClose: () => void }) {
  const create = useAction(async (draft: TaskDraft) => {
    const task = await sendCommand<Task>("POST", "/tasks", filled(draft));
    board.accept([task]);
    toasts.done(t("task.created-toast", { number: `#${task.number}`, who: task.assignee.name }));
    onClose();
  });
  return (
    <Dialog title={t("task.create")} onClose={onClose}>
      <TaskForm
        draft={blank}
        note={t("task.drawn")}
        submit={t("task.create")}
        busy={create.busy}
        problem={create.problem}
        onSubmit={create.run}
        onClose={onClose}
      />
    </Dialog>
  );
}

function filled(draft: TaskDraft): Record<string, string> {
  return Object.fromEntries(
    Object.entries(draft)
      .map(([field, text]) => [field, text.trim()])
      .filter(([, text]) => text !== ""),
  );
}
