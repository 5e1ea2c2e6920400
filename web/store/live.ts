import type { Task } from "../api/resources.ts";
import { feed } from "../feed/feed.ts";
import { session } from "../session.ts";
import { board } from "./board.ts";
import { catchUp } from "./catch-up.ts";
import { changedTasks } from "./changed-tasks.ts";
import { company } from "./company.ts";
import { jobs } from "./jobs.ts";
import { myAccount } from "./my-account.ts";
import { settleBilling } from "./settle-billing.ts";
import { throttled } from "./throttled.ts";

/** Events within this time become one change of the page: a shuffle of thousands must not render thousands of times. */
const GATHER_MS = 60;
const REREAD_EVERY_MS = 700;

const arrived = new Map<string, Task>();

const apply = throttled(GATHER_MS, () => {
  board.accept([...arrived.values()]);
  arrived.clear();
});

const readMyAccount = throttled(REREAD_EVERY_MS, () => void myAccount.load());
const readCompany = throttled(REREAD_EVERY_MS, () => void company.load().catch(() => {}));

/** Joins the feed to what the whole page shares. Pages with data of their own listen for themselves. */
export function live(): void {
  feed.on("task", ({ id, task }) => {
    if (task === undefined) return changedTasks.add(id);
    arrived.set(id, task);
    apply();
  });
  feed.on("account", ({ userId }) => {
    if (userId === session.me.id) readMyAccount();
  });
  feed.on("job", (job) => jobs.accept(job));
  feed.on("day", readCompany);
  feed.on("reset", () => {
    readMyAccount();
    readCompany();
    changedTasks.all();
  });
  catchUp(() => feed.reset());
  settleBilling();
}
