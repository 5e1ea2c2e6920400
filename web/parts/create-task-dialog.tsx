import type { Task } from "../api/resources.ts";
import { sendCommand } from "../api/send-command.ts";
import { t } from "../messages/t.ts";
import { board } from "../store/board.ts";
import { creating } from "../store/creating.ts";
import { toasts } from "../store/toasts.ts";
import { useAction } from "../store/use-action.ts";
import { Dialog } from "./dialog.tsx";
import { type TaskDraft, TaskForm } from "./task-form.tsx";

/** Who gets the task and what it costs is not asked: the exchange draws both. What is put away unsent can be had back. */
export function CreateTaskDialog({ onClose }: { onClose: () => void }) {
  const create = useAction(async (draft: TaskDraft) => {
    const task = await sendCommand<Task>("POST", "/tasks", filled(draft));
    board.accept([task]);
    toasts.done(t("task.created-toast", { number: `#${task.number}`, who: task.assignee.name }));
    creating.keep(undefined);
    onClose();
  });
  function putAway(): void {
    onClose();
    const draft = creating.kept();
    if (draft === undefined || Object.keys(filled(draft)).length === 0) return;
    creating.keep(undefined);
    const restore = { label: t("task.draft-restore"), run: () => creating.open(draft) };
    toasts.undoable(t("task.draft-put-away"), restore);
  }
  return (
    <Dialog title={t("task.create")} onClose={putAway}>
      <TaskForm
        draft={creating.begin()}
        note={t("task.drawn")}
        submit={t("task.create")}
        busy={create.busy}
        problem={create.problem}
        onType={creating.keep}
        onSubmit={create.run}
        onClose={putAway}
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
