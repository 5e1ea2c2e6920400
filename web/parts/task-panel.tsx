import { useState } from "preact/hooks";
import { get } from "../api/get.ts";
import type { Task } from "../api/resources.ts";
import { useResource } from "../api/use-resource.ts";
import { date } from "../format/date.ts";
import { t } from "../messages/t.ts";
import { may } from "../rules/may.ts";
import { session } from "../session.ts";
import { taskActions } from "../store/task-actions.ts";
import { tasks } from "../store/tasks.ts";
import { useFeed } from "../store/use-feed.ts";
import { Avatar } from "./avatar.tsx";
import { BillingChips } from "./billing-chips.tsx";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { Dialog } from "./dialog.tsx";
import { EditTaskDialog } from "./edit-task-dialog.tsx";
import { Icon } from "./icon.tsx";
import { Loading } from "./loading.tsx";
import { ProblemNote } from "./problem-note.tsx";
import { TaskButtons } from "./task-buttons.tsx";
import { TaskHistory } from "./task-history.tsx";

/** One task in full, beside the board. */
export function TaskPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const read = useResource(`task ${id}`, (signal) => get<Task>(`/tasks/${id}`, {}, signal));
  useFeed("task", (event) => event.id === id, read.reload);
  const onBoard = tasks.find(id);
  const isOlder = (read.data?.version ?? -1) < (onBoard?.version ?? -1);
  const newest = tasks.isExpected(id) || isOlder ? onBoard : read.data;
  return (
    <Dialog shape="sheet" title={<PanelTitle task={newest} />} onClose={onClose}>
      <div class="dialog-body">
        <ProblemNote problem={read.problem} onRetry={read.reload} />
        {newest === undefined ? (
          read.loading && <Loading lines={6} />
        ) : (
          <>
            <TaskFacts task={newest} />
            <div class="row">
              <TaskButtons task={newest} />
              <KeeperButtons task={newest} />
            </div>
            <TaskHistory id={id} />
          </>
        )}
      </div>
    </Dialog>
  );
}

function PanelTitle({ task }: { task: Task | undefined }) {
  if (task === undefined) return <>{t("task")}</>;
  return (
    <span class="panel-title">
      <span class="figures">#{task.number}</span>
      {task.jiraId === null ? null : <span class="jira">{task.jiraId}</span>}
      <span class={`state ${task.status}`}>{t(`status.${task.status}`)}</span>
    </span>
  );
}

function TaskFacts({ task }: { task: Task }) {
  return (
    <>
      <p class="panel-heading">{task.title}</p>
      {task.description ? <p class="panel-text">{task.description}</p> : null}
      <dl class="facts">
        <dt>{t("task.assignee")}</dt>
        <dd class="who">
          <Avatar id={task.assignee.id} name={task.assignee.name} />
          {task.assignee.name}
        </dd>
        <dt>{t("task.money")}</dt>
        <dd>
          <BillingChips task={task} worded />
        </dd>
        <dt>{t("task.created")}</dt>
        <dd>
          {date.moment(task.createdAt)}
          {typeof task.createdBy === "object" && task.createdBy !== null ? ` · ${task.createdBy.name}` : ""}
        </dd>
        <dt>{t("task.assigned")}</dt>
        <dd>{date.moment(task.assignedAt)}</dd>
        {task.completedAt === null ? null : (
          <>
            <dt>{t("task.completed")}</dt>
            <dd>{date.moment(task.completedAt)}</dd>
          </>
        )}
      </dl>
    </>
  );
}

/** Edit and cancel, for the creator, managers and admins. */
function KeeperButtons({ task }: { task: Task }) {
  const [open, setOpen] = useState<"edit" | "cancel" | undefined>(undefined);
  const close = (): void => setOpen(undefined);
  return (
    <>
      {may.edit(session.me, task) ? (
        <button type="button" class="button" onClick={() => setOpen("edit")}>
          <Icon name="edit" size={14} />
          {t("task.edit")}
        </button>
      ) : null}
      {may.cancel(session.me, task) ? (
        <button type="button" class="button quiet danger-text" onClick={() => setOpen("cancel")}>
          {t("task.cancel")}
        </button>
      ) : null}
      {open === "edit" ? <EditTaskDialog id={task.id} onClose={close} /> : null}
      {open === "cancel" ? (
        <ConfirmDialog
          title={t("task.cancel-title", { number: `#${task.number}` })}
          action={t("task.cancel")}
          danger
          onClose={close}
          onConfirm={() => taskActions.cancel(task)}
        >
          <p>{t("task.cancel-explained")}</p>
        </ConfirmDialog>
      ) : null}
    </>
  );
}
