import type { Task } from "../api/resources.ts";
import type { MessageKey } from "../messages/en.ts";
import { t } from "../messages/t.ts";
import { may } from "../rules/may.ts";
import { session } from "../session.ts";
import { taskActions } from "../store/task-actions.ts";
import { toasts } from "../store/toasts.ts";
import { Icon } from "./icon.tsx";
import type { IconName } from "./icon-names.ts";

interface Props {
  readonly task: Task;
  /** On a card: drawings alone, their words for those who listen. */
  readonly small?: boolean;
  readonly isTabbable?: boolean;
}

/** Start and complete, for the one the task is assigned to. */
export function TaskButtons({ task, small, isTabbable = true }: Props) {
  const button = (label: MessageKey, icon: IconName, act: (task: Task) => Promise<void>, tone: string) => (
    <button
      type="button"
      class={`button ${tone}${small ? " small square" : ""}`}
      tabIndex={isTabbable ? undefined : -1}
      title={small ? t(label) : undefined}
      aria-label={small ? `${t(label)} #${task.number}` : undefined}
      onClick={() => void act(task).catch(toasts.problem)}
    >
      <Icon name={icon} size={14} />
      {small ? null : t(label)}
    </button>
  );
  return (
    <>
      {may.start(session.me, task)
        ? button("task.start", "play", taskActions.start, small ? "quiet" : "")
        : null}
      {may.complete(session.me, task)
        ? button("task.complete", "check", taskActions.complete, small ? "soft" : "primary")
        : null}
    </>
  );
}
