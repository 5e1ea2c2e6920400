import { get } from "../api/get.ts";
import type { Task } from "../api/resources.ts";
import { board } from "./board.ts";
import { throttled } from "./throttled.ts";

const READ_EVERY_MS = 300;
/** More at once are read as columns: a shuffle of thousands must not ask thousands of times. */
const SINGLE_READS_MAX = 6;
const RELOAD_EVERY_MS = 1_500;

const ids = new Set<string>();

const reload = throttled(RELOAD_EVERY_MS, () => void board.reload());
const read = throttled(READ_EVERY_MS, () => void readChanged());

async function readChanged(): Promise<void> {
  const changed = [...ids];
  ids.clear();
  if (changed.length > SINGLE_READS_MAX) return reload();
  const answers = await Promise.all(changed.map((id) => get<Task>(`/tasks/${id}`).catch(() => undefined)));
  const tasks = answers.filter((task) => task !== undefined);
  if (tasks.length > 0) board.accept(tasks);
}

/** Tasks of which is known that they changed, but not how: read again for the board, together and not too often. */
export const changedTasks = {
  add(id: string): void {
    if (!board.shown) return;
    ids.add(id);
    read();
  },
  /** Everything may have changed. */
  all(): void {
    if (board.shown) reload();
  },
};
