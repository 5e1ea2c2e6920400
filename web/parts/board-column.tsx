import { useState } from "preact/hooks";
import type { BoardStatus, Task } from "../api/resources.ts";
import { money } from "../format/money.ts";
import { number } from "../format/number.ts";
import { t } from "../messages/t.ts";
import { board } from "../store/board.ts";
import { boardCursor } from "../store/board-cursor.ts";
import { isFiltered } from "../store/board-filter.ts";
import { dragging } from "../store/dragging.ts";
import { narrow } from "../store/narrow.ts";
import { summary } from "../store/summary.ts";
import { Loading } from "./loading.tsx";
import { ProblemNote } from "./problem-note.tsx";
import { TaskCard } from "./task-card.tsx";
import { VirtualList } from "./virtual-list.tsx";

const CARD_REM = 6.875;
/** On a phone the buttons of a card are as high as a thumb. */
const CARD_REM_NARROW = 7.625;

const keyOf = (task: Task): string => task.id;

/** One column: how many there are, what they cost and bring, and the tasks. Own tasks can be dropped here. */
export function BoardColumn({ status, shown }: { status: BoardStatus; shown: boolean }) {
  const [isOver, setOver] = useState(false);
  const fits = dragging.fits(status);
  const classes = ["column", status, shown ? "shown" : "", fits ? "fits" : "", fits && isOver ? "over" : ""];
  return (
    <section
      class={classes.filter(Boolean).join(" ")}
      aria-labelledby={`column-${status}`}
      data-list={status}
      onDragOver={(event) => {
        if (!fits) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        dragging.drop(status);
      }}
    >
      <header class="column-head">
        <h2 id={`column-${status}`}>
          <span class="column-mark" aria-hidden="true" />
          {t(`column.${status}`)}
          <span class="count figures">{columnCount(status)}</span>
        </h2>
        <ColumnMoney status={status} />
      </header>
      {/* Of the columns that a phone does not show no card is made. */}
      {shown || !narrow.value ? <ColumnBody status={status} /> : null}
    </section>
  );
}

function ColumnBody({ status }: { status: BoardStatus }) {
  const column = board.columns[status];
  const items = column.items.value;
  if (items.length === 0) {
    if (column.problem.value !== undefined)
      return <ProblemNote problem={column.problem.value} onRetry={() => column.reload()} />;
    if (!column.loaded.value || column.loading.value) return <Loading lines={6} />;
    const text = isFiltered(board.filter.value) ? "board.none-found" : (`board.empty.${status}` as const);
    return <p class="column-empty faint">{t(text)}</p>;
  }
  return (
    <VirtualList
      items={items}
      keyOf={keyOf}
      rowRem={narrow.value ? CARD_REM_NARROW : CARD_REM}
      activeKey={boardCursor.in(status)}
      onNearEnd={() => void column.more()}
      row={(task, isTabbable) => <TaskCard task={task} isTabbable={isTabbable} />}
    />
  );
}

/** What the tasks of the column charge and bring in all. */
function ColumnMoney({ status }: { status: BoardStatus }) {
  const sums = summary.current.value?.[status];
  if (sums === undefined || sums.count === 0) return null;
  return (
    <p class="column-money faint figures" title={t("board.sums")}>
      <span class="only-read">{t("board.sums")}: </span>
      <span>{money(-sums.feeMinor, { signed: true, short: true })}</span>
      <span>{money(sums.rewardMinor, { signed: true, short: true })}</span>
    </p>
  );
}

/** How many there are: what is here when it is all, else what the server counts. */
export function columnCount(status: BoardStatus): string {
  const column = board.columns[status];
  const loaded = column.items.value.length;
  if (!column.loaded.value) return "…";
  if (!column.hasMore) return number(loaded);
  const counted = summary.current.value?.[status].count;
  return counted === undefined ? `${number(loaded)}+` : number(Math.max(loaded, counted));
}
