import { board } from "./board.ts";
import { changedTasks } from "./changed-tasks.ts";
import { tasks } from "./tasks.ts";

const LOOK_EVERY_MS = 1_000;
const FIRST_WAIT_MS = 1_000;
const WAIT_MAX_MS = 60_000;
/** As many at once are read one by one, and not as whole columns. */
const ASKED_AT_ONCE = 6;

interface Wait {
  readonly ms: number;
  readonly until: number;
}

/**
 * Money follows its task: the fact is on the board before the account has posted it, and the posting is told only to
 * those who may see the account. So a task in sight whose money is on its way is read again, after longer and longer
 * waits.
 */
export function settleBilling(): void {
  let waits = new Map<string, Wait>();
  setInterval(() => {
    if (!board.shown || document.hidden) return;
    const now = Date.now();
    const next = new Map<string, Wait>();
    let asked = 0;
    for (const id of unsettledInSight()) {
      const wait = waits.get(id) ?? { ms: FIRST_WAIT_MS, until: now + FIRST_WAIT_MS };
      if (wait.until > now || asked === ASKED_AT_ONCE) {
        next.set(id, wait);
        continue;
      }
      asked += 1;
      changedTasks.add(id);
      const ms = Math.min(wait.ms * 2, WAIT_MAX_MS);
      next.set(id, { ms, until: now + ms });
    }
    waits = next;
  }, LOOK_EVERY_MS);
}

function unsettledInSight(): readonly string[] {
  const rows = document.querySelectorAll<HTMLElement>("[data-row]");
  return [...rows].flatMap(({ dataset: { row = "" } }) => {
    const billing = tasks.find(row)?.billing;
    return billing?.fee === "pending" || billing?.reward === "pending" ? [row] : [];
  });
}
