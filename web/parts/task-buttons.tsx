import type { Task } from "../api/resources.ts";
import { t } from "../messages/t.ts";
import { may } from "../rules/may.ts";
import { session } from "../session.ts";
import { taskActions } from "../store/task-actions.ts";
import { toasts } from "../store/toasts.ts";
import { useAction } from "../store/use-action.ts";
import { Icon } from "./icon.tsx";

/** Start and complete, for the one the task is assigned to. */
export function TaskButtons({ task, small }: { task: Task; small?: boolean }) {
  const act = useAction(async (perform: (task: Task) => Promise<void>) => {
    await perform(task).catch(toasts.problem);
  });
  const size = small ? " small" : "";
  const name = `#${task.number}`;
  return (
    <>
      {may.start(session.me, task) ? (
        <button
          type="button"
          class={`button${size}`}
          disabled={act.busy}
          aria-label={small ? `${t("task.start")} ${name}` : undefined}
          onClick={() => act.run(taskActions.start)}
        >
          <Icon name="play" size={14} />
          {t("task.start")}
        </button>
      ) : null}
      {may.complete(session.me, task) ? (
        <button
          type="button"
          class={`button ${small ? "soft" : "primary"}${size}`}
          disabled={act.busy}
          aria-label={small ? `${t("task.complete")} ${name}` : undefined}
          onClick={() => act.run(taskActions.complete)}
        >
          <Icon name="check" size={14} />
          {t("task.complete")}
        </button>
      ) : null}
    </>
  );
}
