import { useComputed } from "@preact/signals";
import type { Task } from "../api/resources.ts";
import { t } from "../messages/t.ts";
import { router } from "../router.ts";
import { may } from "../rules/may.ts";
import { session } from "../session.ts";
import { dragging } from "../store/dragging.ts";
import { selection } from "../store/selection.ts";
import { tasks } from "../store/tasks.ts";
import { Avatar } from "./avatar.tsx";
import { BillingChips } from "./billing-chips.tsx";
import { Link } from "./link.tsx";
import { SelectBox } from "./select-box.tsx";
import { TaskButtons } from "./task-buttons.tsx";

/** A task on the board. The whole card opens it; its buttons are for its assignee, who may also drag it on. */
export function TaskCard({ task, isTabbable }: { task: Task; isTabbable: boolean }) {
  const mine = task.assignee.id === session.me.id;
  const movable = may.complete(session.me, task);
  // Of this one alone: what happens to another does not draw it anew.
  const isChosen = useComputed(() => selection.has(task.id));
  const isExpected = useComputed(() => tasks.isExpected(task.id));
  const classes = [
    "card",
    task.status,
    mine ? "mine" : "",
    isChosen.value ? "chosen" : "",
    isExpected.value ? "expected" : "",
  ];
  return (
    <article
      class={classes.filter(Boolean).join(" ")}
      draggable={movable}
      onDragStart={(event) => dragging.start(event, task)}
      onDragEnd={dragging.end}
    >
      <div class="card-line small">
        <SelectBox task={task} isTabbable={isTabbable} />
        <span class="faint figures">#{task.number}</span>
        {task.jiraId === null ? null : <span class="jira">{task.jiraId}</span>}
        <span class="spring" />
        {movable ? (
          <span class="card-actions">
            <TaskButtons task={task} small isTabbable={isTabbable} />
          </span>
        ) : null}
      </div>
      <h3 class="card-title">
        <TaskLink task={task} isTabbable={isTabbable} />
      </h3>
      <div class="card-line">
        <span class="who" title={t("task.assignee")}>
          <Avatar id={task.assignee.id} name={task.assignee.name} />
          <span class="who-name">{task.assignee.name}</span>
        </span>
        <BillingChips task={task} />
      </div>
    </article>
  );
}

/** Opens the task beside what is shown; the one place of its row in the order of Tab. */
export function TaskLink({ task, isTabbable }: { task: Task; isTabbable: boolean }) {
  return (
    <Link
      href={`/?task=${task.id}`}
      class="card-link"
      isTabbable={isTabbable}
      isFocusOfRow
      follow={() => router.go(router.hrefWith({ task: task.id }))}
    >
      {task.title}
    </Link>
  );
}
