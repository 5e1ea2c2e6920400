import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { BOARD_STATUSES, type BoardStatus } from "../api/resources.ts";
import { t } from "../messages/t.ts";
import { BoardColumn, columnCount } from "../parts/board-column.tsx";
import { Icon } from "../parts/icon.tsx";
import { JobStrips } from "../parts/job-strips.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { SearchBox } from "../parts/search-box.tsx";
import { Segmented } from "../parts/segmented.tsx";
import { ShuffleButton } from "../parts/shuffle-button.tsx";
import { TaskPanel } from "../parts/task-panel.tsx";
import { router } from "../router.ts";
import { may } from "../rules/may.ts";
import { session } from "../session.ts";
import { board } from "../store/board.ts";
import { creating } from "../store/creating.ts";

/** On a phone one column is shown at a time. */
const phoneColumn = signal<BoardStatus>("open");

/** The board of everyone's tasks. The filter and the open task live in the URL: `?mine=1&q=…&task=…`. */
export function BoardPage() {
  const query = router.query.value;
  const mine = query.get("mine") === "1";
  const q = query.get("q") ?? "";
  const task = query.get("task");
  useEffect(() => {
    board.shown = true;
    return () => {
      board.shown = false;
    };
  }, []);
  useEffect(() => void board.load({ mine, q }), [mine, q]);
  return (
    <div class="page board-page">
      <PageHead title={t("board")}>
        {may.shuffle(session.me) ? <ShuffleButton /> : null}
        <button type="button" class="button primary" onClick={() => creating.open()}>
          <Icon name="plus" />
          {t("task.create")}
        </button>
      </PageHead>
      <div class="toolbar">
        <Segmented
          label={t("board.whose")}
          value={mine ? "mine" : "all"}
          options={[
            { value: "all", label: t("board.all") },
            { value: "mine", label: t("board.mine") },
          ]}
          onChange={(value) => router.setQuery({ mine: value === "mine" ? "1" : null })}
        />
        <SearchBox
          label={t("board.search")}
          value={q}
          onChange={(text) => router.setQuery({ q: text.trim() })}
        />
      </div>
      <JobStrips />
      <PhoneTabs />
      <div class="columns">
        {BOARD_STATUSES.map((status) => (
          <BoardColumn key={status} status={status} shown={phoneColumn.value === status} />
        ))}
      </div>
      {task === null ? null : <TaskPanel id={task} onClose={() => router.setQuery({ task: null })} />}
    </div>
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
          label: `${t(`status.${status}`)} ${columnCount(status)}`,
        }))}
        onChange={(status) => {
          phoneColumn.value = status;
        }}
      />
    </div>
  );
}
