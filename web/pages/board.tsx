import { computed, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { BOARD_STATUSES, type BoardStatus } from "../api/resources.ts";
import { t } from "../messages/t.ts";
import { BoardColumn, columnCount } from "../parts/board-column.tsx";
import { BoardToolbar } from "../parts/board-toolbar.tsx";
import { DownloadButton } from "../parts/download-button.tsx";
import { Icon } from "../parts/icon.tsx";
import { JobStrips } from "../parts/job-strips.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { Segmented } from "../parts/segmented.tsx";
import { SelectionBar } from "../parts/selection-bar.tsx";
import { ShuffleButton } from "../parts/shuffle-button.tsx";
import { TaskPanel } from "../parts/task-panel.tsx";
import { TaskTable } from "../parts/task-table.tsx";
import { useBoardKeys } from "../parts/use-board-keys.ts";
import { router } from "../router.ts";
import { may } from "../rules/may.ts";
import { session } from "../session.ts";
import { type BoardView, board } from "../store/board.ts";
import { boardCursor } from "../store/board-cursor.ts";
import { type BoardFilter, filterOf, inApi } from "../store/board-filter.ts";
import { creating } from "../store/creating.ts";
import { selection } from "../store/selection.ts";
import { sortOf, type TaskSort } from "../store/task-order.ts";

/** On a phone one column is shown at a time. */
const phoneColumn = signal<BoardStatus>("open");

// The task that is open is not among them: the columns stay as they are when it is opened and closed.
const shownView = computed<BoardView>(() => (router.query.value.get("view") === "list" ? "list" : "board"));
const shownSort = computed(() => sortOf(router.query.value.get("sort")));
const shownFilter = computed(() => JSON.stringify(filterOf(router.query.value)));

/** The board of everyone's tasks. View, filter, order and the open task live in the URL: `?view=list&mine=1&task=…`. */
export function BoardPage() {
  const [view, sort] = [shownView.value, shownSort.value];
  const filter = JSON.parse(shownFilter.value) as BoardFilter;
  useEffect(() => {
    board.shown = true;
    return () => {
      board.shown = false;
      selection.clear();
    };
  }, []);
  useEffect(() => board.load(filter, view, sort), [shownFilter.value, view, sort]);
  useBoardKeys();
  return (
    <div class="page board-page">
      <PageHead title={t("board")}>
        {view === "list" ? (
          <DownloadButton label={t("download.csv")} path="/tasks.csv" query={{ ...inApi(filter), sort }} />
        ) : null}
        {may.shuffle(session.me) ? <ShuffleButton /> : null}
        <button type="button" class="button primary" onClick={() => creating.open()}>
          <Icon name="plus" />
          {t("task.create")}
        </button>
      </PageHead>
      <BoardToolbar filter={filter} view={view} />
      <JobStrips />
      <Tasks view={view} sort={sort} />
      <SelectionBar />
      <OpenTask />
    </div>
  );
}

function OpenTask() {
  const task = router.query.value.get("task");
  return task === null ? null : <TaskPanel id={task} onClose={() => router.setQuery({ task: null })} />;
}

/** Where the focus is, the keyboard is. */
function Tasks({ view, sort }: { view: BoardView; sort: TaskSort }) {
  const follow = (event: { readonly target: EventTarget | null }): void => {
    if (!(event.target instanceof Element)) return;
    const id = event.target.closest<HTMLElement>("[data-row]")?.dataset.row;
    const list = event.target.closest<HTMLElement>("[data-list]")?.dataset.list;
    if (id !== undefined && list !== undefined)
      boardCursor.place.value = { id, list: list as BoardStatus | "list" };
  };
  if (view === "list")
    return (
      <div class="board-tasks" onFocusIn={follow}>
        <TaskTable sort={sort} />
      </div>
    );
  return (
    <>
      <PhoneTabs />
      <div class="board-tasks columns" onFocusIn={follow}>
        {BOARD_STATUSES.map((status) => (
          <BoardColumn key={status} status={status} shown={phoneColumn.value === status} />
        ))}
      </div>
    </>
  );
}

function PhoneTabs() {
  return (
    <div class="phone-tabs">
      <Segmented
        label={t("board.column")}
        value={phoneColumn.value}
        options={BOARD_STATUSES.map((status) => ({
          value: status,
          label: `${t(`column.${status}`)} ${columnCount(status)}`,
        }))}
        onChange={(status) => {
          phoneColumn.value = status;
        }}
      />
    </div>
  );
}
