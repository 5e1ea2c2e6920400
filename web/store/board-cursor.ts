import { signal } from "@preact/signals";
import { BOARD_STATUSES, type BoardStatus, type Task } from "../api/resources.ts";
import { focusRow } from "../parts/virtual-list.tsx";
import { board } from "./board.ts";
import { tasks } from "./tasks.ts";

type ListName = BoardStatus | "list";

interface Place {
  readonly list: ListName;
  readonly id: string;
}

const place = signal<Place | undefined>(undefined);

/** Where the keyboard is on the board: one task in one list. Arrows move it, and the focus with it. */
export const boardCursor = {
  place,
  in: (list: ListName): string | undefined => (place.value?.list === list ? place.value.id : undefined),

  /** The task that has the focus, if one has. */
  task(): Task | undefined {
    const row = document.activeElement?.closest<HTMLElement>("[data-row]");
    const now = place.peek();
    if (row == null || now === undefined || row.dataset.row !== now.id) return undefined;
    return tasks.find(now.id);
  },

  /** Up and down within a list; sideways to the nearest column that has tasks. False: there is nowhere to go. */
  move(key: string): boolean {
    const now = place.peek();
    const from = now === undefined ? -1 : itemsOf(now.list).findIndex((task) => task.id === now.id);
    if (now === undefined || from < 0) return enter();
    const [list, index] = target(key, now.list, from);
    return go(list, index);
  },
};

function itemsOf(list: ListName): readonly Task[] {
  return (list === "list" ? board.list : board.columns[list]).items.peek();
}

function shownLists(): ListName[] {
  const lists: readonly ListName[] = [...BOARD_STATUSES, "list"];
  return lists.filter((list) => scrollerOf(list) !== null && itemsOf(list).length > 0);
}

function enter(): boolean {
  const first = shownLists()[0];
  return first !== undefined && go(first, 0);
}

function target(key: string, list: ListName, index: number): readonly [ListName, number] {
  const last = itemsOf(list).length - 1;
  if (key === "ArrowDown") return [list, Math.min(index + 1, last)];
  if (key === "ArrowUp") return [list, Math.max(index - 1, 0)];
  if (key === "Home") return [list, 0];
  if (key === "End") return [list, last];
  const lists = shownLists();
  const next = lists[lists.indexOf(list) + (key === "ArrowRight" ? 1 : -1)] ?? list;
  return [next, next === list ? index : Math.min(index, itemsOf(next).length - 1)];
}

function go(list: ListName, index: number): boolean {
  const task = itemsOf(list)[index];
  const scroller = scrollerOf(list);
  if (task === undefined || scroller === null) return false;
  place.value = { list, id: task.id };
  focusRow(scroller, task.id, index, Number(scroller.dataset.rowPx));
  return true;
}

function scrollerOf(list: ListName): HTMLElement | null {
  const found = document.querySelector<HTMLElement>(`[data-list="${list}"] .virtual`);
  // A column that a phone does not show is no place to go.
  return found !== null && found.offsetParent !== null ? found : null;
}
