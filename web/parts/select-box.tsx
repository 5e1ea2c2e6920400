import type { Task } from "../api/resources.ts";
import { t } from "../messages/t.ts";
import { selection } from "../store/selection.ts";

/** Marks a task, to do the same with all that are marked. */
export function SelectBox({ task, isTabbable }: { task: Task; isTabbable: boolean }) {
  return (
    <input
      type="checkbox"
      class="select-box"
      aria-label={t("selection.select", { number: `#${task.number}` })}
      tabIndex={isTabbable ? 0 : -1}
      checked={selection.has(task.id)}
      onChange={() => selection.toggle(task.id)}
    />
  );
}
