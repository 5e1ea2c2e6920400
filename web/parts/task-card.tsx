import type { Task } from "../api/resources.ts";
import { router } from "../router.ts";
import { may } from "../rules/may.ts";
import { session } from "../session.ts";
import { Avatar } from "./avatar.tsx";
import { BillingChips } from "./billing-chips.tsx";
import { Link } from "./link.tsx";
import { TaskButtons } from "./task-buttons.tsx";

/** A task on the board. The whole card opens it; its buttons are for its assignee. */
export function TaskCard({ task }: { task: Task }) {
  const mine = task.assignee.id === session.me.id;
  return (
    <li class={`card ${task.status}${mine ? " mine" : ""}`}>
      <div class="card-line small">
        <span class="faint figures">#{task.number}</span>
        {task.jiraId === null ? null : <span class="jira">{task.jiraId}</span>}
      </div>
      <h3 class="card-title">
        <Link
          href={`/?task=${task.id}`}
          class="card-link"
          follow={() => router.go(router.hrefWith({ task: task.id }))}
        >
          {task.title}
        </Link>
      </h3>
      <div class="card-line">
        <span class="who">
          <Avatar id={task.assignee.id} name={task.assignee.name} />
          <span class="who-name">{task.assignee.name}</span>
        </span>
        <BillingChips task={task} />
      </div>
      {may.complete(session.me, task) ? (
        <div class="card-actions">
          <TaskButtons task={task} small />
        </div>
      ) : null}
    </li>
  );
}
