import { get } from "../api/get.ts";
import type { Task } from "../api/resources.ts";
import { feed } from "../feed.ts";
import { session } from "../session.ts";
import { board } from "./board.ts";
import { company } from "./company.ts";
import { jobs } from "./jobs.ts";
import { myAccount } from "./my-account.ts";
import { throttled } from "./throttled.ts";

/** Events within this time become one change of the page: a shuffle of thousands must not render thousands of times. */
const GATHER_MS = 120;
const REREAD_EVERY_MS = 700;
/** More unknown tasks than this at once are read as columns, not one by one. */
const SINGLE_READS_MAX = 20;

const arrived = new Map<string, Task>();
const unknown = new Set<string>();

const apply = throttled(GATHER_MS, () => {
  if (arrived.size > 0) board.accept([...arrived.values()]);
  arrived.clear();
  void readUnknown();
});

const readMyAccount = throttled(REREAD_EVERY_MS, () => void myAccount.load());

async function readUnknown(): Promise<void> {
  const ids = [...unknown];
  unknown.clear();
  if (ids.length > SINGLE_READS_MAX) return board.reload();
  const read = await Promise.all(ids.map((id) => get<Task>(`/tasks/${id}`).catch(() => undefined)));
  const tasks = read.filter((task) => task !== undefined);
  if (tasks.length > 0) board.accept(tasks);
}

/** Joins the feed to what the whole page shares. Pages with data of their own listen for themselves. */
export function live(): void {
  feed.on("task", ({ id, task }) => {
    if (task === undefined) unknown.add(id);
    else arrived.set(id, task);
    apply();
  });
  feed.on("account", ({ userId }) => {
    if (userId === session.me.id) readMyAccount();
  });
  feed.on("job", (job) => jobs.accept(job));
  feed.on("day", () => void company.load().catch(() => {}));
  feed.on("reset", () => {
    readMyAccount();
    void board.reload();
    void company.load().catch(() => {});
  });
}
