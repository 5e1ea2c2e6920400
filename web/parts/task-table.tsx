import type { Task } from "../api/resources.ts";
import { date } from "../format/date.ts";
import { money } from "../format/money.ts";
import type { MessageKey } from "../messages/en.ts";
import { t } from "../messages/t.ts";
import { may } from "../rules/may.ts";
import { session } from "../session.ts";
import { board } from "../store/board.ts";
import { boardCursor } from "../store/board-cursor.ts";
import { narrow } from "../store/narrow.ts";
import { selection } from "../store/selection.ts";
import type { SortKey, TaskSort } from "../store/task-order.ts";
import { tasks } from "../store/tasks.ts";
import { Avatar } from "./avatar.tsx";
import { Empty } from "./empty.tsx";
import { Icon } from "./icon.tsx";
import { Loading } from "./loading.tsx";
import { ProblemNote } from "./problem-note.tsx";
import { SelectBox } from "./select-box.tsx";
import { SortHead } from "./sort-head.tsx";
import { TaskButtons } from "./task-buttons.tsx";
import { TaskLink } from "./task-card.tsx";
import { VirtualList } from "./virtual-list.tsx";

const ROW_REM = 2.375;
const ROW_REM_NARROW = 4.5;

const COLUMNS: readonly { readonly by: SortKey; readonly label: MessageKey; readonly isNumber?: true }[] = [
  { by: "number", label: "task.number" },
  { by: "jiraId", label: "task.jira-id" },
  { by: "title", label: "task.title" },
  { by: "status", label: "state" },
  { by: "assignee", label: "task.assignee" },
  { by: "fee", label: "entry.fee", isNumber: true },
  { by: "reward", label: "reward", isNumber: true },
  { by: "created", label: "task.created", isNumber: true },
];

const keyOf = (task: Task): string => task.id;

/** The same tasks one under another, in any order. */
export function TaskTable({ sort }: { sort: TaskSort }) {
  const { list } = board;
  const items = list.items.value;
  if (items.length === 0) {
    if (list.problem.value !== undefined)
      return <ProblemNote problem={list.problem.value} onRetry={() => list.reload()} />;
    if (!list.loaded.value || list.loading.value) return <Loading lines={12} />;
    return <Empty title={t("board.none-found")} />;
  }
  return (
    <table class="task-table" aria-label={t("board.tasks")} aria-rowcount={-1} data-list="list">
      <thead>
        <tr class="task-row task-head">
          <th scope="col" class="select-cell">
            <span class="only-read">{t("selection")}</span>
          </th>
          {COLUMNS.map((column) => (
            <SortHead
              key={column.by}
              by={column.by}
              label={t(column.label)}
              sort={sort}
              isNumber={column.isNumber}
              class={`cell-${column.by}`}
            />
          ))}
          <th scope="col" class="cell-actions">
            <span class="only-read">{t("actions")}</span>
          </th>
        </tr>
      </thead>
      <VirtualList
        items={items}
        keyOf={keyOf}
        rowRem={narrow.value ? ROW_REM_NARROW : ROW_REM}
        as="tbody"
        rowClass={rowClass}
        activeKey={boardCursor.in("list")}
        onNearEnd={() => void list.more()}
        row={(task, isTabbable) => <TaskCells task={task} isTabbable={isTabbable} />}
      />
    </table>
  );
}

function rowClass(task: Task): string {
  const classes = [
    "task-row",
    task.assignee.id === session.me.id ? "mine" : "",
    selection.has(task.id) ? "chosen" : "",
    tasks.isExpected(task.id) ? "expected" : "",
  ];
  return classes.filter(Boolean).join(" ");
}

function TaskCells({ task, isTabbable }: { task: Task; isTabbable: boolean }) {
  const { fee, reward } = task.billing;
  return (
    <>
      <td class="select-cell">
        <SelectBox task={task} isTabbable={isTabbable} />
      </td>
      <td class="cell-number faint figures">#{task.number}</td>
      <td class="cell-jiraId jira">{task.jiraId}</td>
      <td class="cell-title">
        <TaskLink task={task} isTabbable={isTabbable} />
      </td>
      <td class="cell-status">
        <span class={`state ${task.status}`}>{t(`status.${task.status}`)}</span>
      </td>
      <td class="cell-assignee">
        <span class="who">
          <Avatar id={task.assignee.id} name={task.assignee.name} />
          <span class="who-name">{task.assignee.name}</span>
        </span>
      </td>
      <MoneyCell kind="fee" minor={-task.feeMinor} standing={fee} says={t(`billing.fee.${fee}`)} />
      <MoneyCell
        kind="reward"
        minor={task.rewardMinor}
        standing={reward}
        says={t(`billing.reward.${reward}`)}
      />
      <td class="cell-created number faint figures">{date.moment(task.createdAt)}</td>
      <td class="cell-actions">
        {may.complete(session.me, task) ? <TaskButtons task={task} small isTabbable={isTabbable} /> : null}
      </td>
    </>
  );
}

interface MoneyProps {
  readonly kind: "fee" | "reward";
  readonly minor: number;
  readonly standing: string;
  readonly says: string;
}

function MoneyCell({ kind, minor, standing, says }: MoneyProps) {
  return (
    <td class={`cell-${kind} number figures ${kind} ${standing}`} title={says}>
      {standing === "none" ? null : <Icon name={standing === "pending" ? "pending" : "check"} size={12} />}
      <span class="only-read">{says}: </span>
      {money(minor, { signed: true, short: true })}
    </td>
  );
}
