import type { BoardStatus } from "../api/resources.ts";
import { t } from "../messages/t.ts";
import { board } from "../store/board.ts";
import { Loading } from "./loading.tsx";
import { MoreButton } from "./more-button.tsx";
import { ProblemNote } from "./problem-note.tsx";
import { TaskCard } from "./task-card.tsx";

/** One column, newest first, unrolled as one scrolls. */
export function BoardColumn({ status, shown }: { status: BoardStatus; shown: boolean }) {
  const column = board.columns[status];
  const tasks = column.tasks.value;
  const filtered = board.filter.value.mine || board.filter.value.q !== "";
  return (
    <section class={`column ${status}${shown ? " shown" : ""}`} aria-labelledby={`column-${status}`}>
      <h2 class="column-head" id={`column-${status}`}>
        <span class="column-mark" aria-hidden="true" />
        {t(`status.${status}`)}
        <span class="count figures">{columnCount(status)}</span>
      </h2>
      <div class="column-body">
        <ProblemNote problem={column.problem.value} onRetry={() => board.reload()} />
        {column.loaded.value || column.problem.value ? null : <Loading lines={3} />}
        {column.loaded.value && tasks.length === 0 ? (
          <p class="column-empty faint">{t(filtered ? "board.none-found" : `board.empty.${status}`)}</p>
        ) : null}
        <ul class="cards">
          {tasks.map((task) => (
            <TaskCard key={task.id} task={task} />
          ))}
        </ul>
        {column.next.value === null ? null : (
          <MoreButton loading={column.loading.value} onMore={() => board.more(status)} />
        )}
      </div>
    </section>
  );
}

/** How many there are: what the server counted, else what is loaded, with a plus when there are more. */
export function columnCount(status: BoardStatus): string {
  const column = board.columns[status];
  if (!column.loaded.value) return "…";
  const loaded = column.tasks.value.length;
  if (column.next.value === null) return String(loaded);
  return column.total.value === undefined ? `${loaded}+` : String(Math.max(loaded, column.total.value));
}
