import { useRef } from "preact/hooks";
import { request } from "../api/request.ts";
import type { Task } from "../api/resources.ts";
import { sendCommand } from "../api/send-command.ts";
import { useResource } from "../api/use-resource.ts";
import { t } from "../messages/t.ts";
import { board } from "../store/board.ts";
import { toasts } from "../store/toasts.ts";
import { useAction } from "../store/use-action.ts";
import { Dialog } from "./dialog.tsx";
import { Loading } from "./loading.tsx";
import { ProblemNote } from "./problem-note.tsx";
import { type TaskDraft, TaskForm } from "./task-form.tsx";

/** Edits what was read when the dialog opened: If-Match refuses to overwrite what somebody else changed meanwhile. */
export function EditTaskDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const etag = useRef<string | undefined>(undefined);
  const read = useResource(`edit ${id}`, async (signal) => {
    const response = await request(`/tasks/${id}`, { signal });
    etag.current = response.headers.get("etag") ?? undefined;
    return (await response.json()) as Task;
  });
  const save = useAction(async (draft: TaskDraft) => {
    if (read.data === undefined) return;
    const before = draftOf(read.data);
    const changes = changed(before, draft);
    if (Object.keys(changes).length > 0) {
      const task = await patch(id, changes, etag.current);
      const undo = (): void =>
        void patch(id, changed(draftOf(task), before), `"${task.version}"`).catch(toasts.problem);
      toasts.undoable(t("task.edited-toast", { number: `#${task.number}` }), { label: t("undo"), run: undo });
    }
    onClose();
  });
  return (
    <Dialog title={t("task.edit")} onClose={onClose}>
      <ProblemNote problem={read.problem} onRetry={read.reload} />
      {read.data === undefined ? (
        <Loading />
      ) : (
        <TaskForm
          draft={draftOf(read.data)}
          note={t("task.edit-keeps")}
          submit={t("save")}
          busy={save.busy}
          problem={save.problem}
          onSubmit={save.run}
          onClose={onClose}
        />
      )}
    </Dialog>
  );
}

/** Undone only while nobody else has changed the task since: If-Match refuses the rest. */
async function patch(
  id: string,
  changes: Record<string, string | null>,
  ifMatch: string | undefined,
): Promise<Task> {
  const task = await sendCommand<Task>("PATCH", `/tasks/${id}`, changes, { ifMatch });
  board.accept([task]);
  return task;
}

function draftOf(task: Task): TaskDraft {
  return { title: task.title, jiraId: task.jiraId ?? "", description: task.description ?? "" };
}

/** Only what differs; an emptied field is taken away with null. */
function changed(before: TaskDraft, after: TaskDraft): Record<string, string | null> {
  const changes: Record<string, string | null> = {};
  for (const field of ["title", "jiraId", "description"] as const) {
    const text = after[field].trim();
    if (text !== before[field]) changes[field] = text === "" && field !== "title" ? null : text;
  }
  return changes;
}
