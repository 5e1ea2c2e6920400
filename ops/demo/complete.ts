/** Completes tasks as their assignees, once by mistake twice, and by people whose task it is not (TT-8). */
import { randomUUID } from "node:crypto";
import type { Task } from "./answers.ts";
import { type Answer, type Session, UnexpectedAnswer } from "./api-client.ts";
import type { KnownTask } from "./books.ts";
import { inParallel } from "./in-parallel.ts";
import { HANDS, type Stage } from "./stage.ts";

/**
 * Tasks that the demo can complete: open, of somebody it is signed in as. Every other person is diligent and comes
 * first, so that some end the day above zero and some below.
 */
export function completable({ books, sessions }: Stage, count: number): KnownTask[] {
  const diligent = new Set([...sessions.keys()].filter((_, index) => index % 2 === 0));
  const open = books.openTasks().filter(({ assigneeId }) => sessions.has(assigneeId));
  const [first, second] = [true, false].map((is) =>
    open.filter((each) => diligent.has(each.assigneeId) === is),
  );
  return [...(first ?? []), ...(second ?? [])].slice(0, count);
}

export async function completeMany(stage: Stage, count: number): Promise<void> {
  const { books, date, narrator } = stage;
  const [twice, ...once] = completable(stage, count);
  if (twice === undefined) throw new Error("there is no task that the demo could complete");
  await wrongPeople(stage, twice);
  await completeTwice(stage, twice);
  await inParallel(once, HANDS, async (known) => books.complete(await complete(stage, known), [date]));
  narrator.say(`completed ${count} tasks, one of them twice; the wrong people were refused`);
}

/** Answers the task as it is; the books are the caller's, who knows on which date it may be. */
export async function complete(stage: Stage, known: KnownTask): Promise<Task> {
  const done = await assigneeOf(stage, known).order<Task>("POST", path(known));
  checkDone(stage, known, done);
  return done;
}

/** Twice by the same person: with another key, which is another request, and with the same one, which is a repeat. */
async function completeTwice(stage: Stage, known: KnownTask): Promise<void> {
  const { findings, books, date } = stage;
  const assignee = assigneeOf(stage, known);
  const key = randomUUID();
  const first = await assignee.command<Task>("POST", path(known), undefined, { key });
  if (first.status !== 200) throw new UnexpectedAnswer("a completion", first);
  books.complete(first.body, [date]);
  checkDone(stage, known, first.body);
  const other = await assignee.command<Task>("POST", path(known));
  const repeat = await assignee.command<Task>("POST", path(known), undefined, { key });
  findings.equal("a second completion", [other.status, other.body], [200, first.body]);
  findings.equal("a completion repeated with its key", [repeat.status, repeat.body], [200, first.body]);
  findings.check(repeat.replayed, "a repeated completion is not marked with Idempotency-Replayed");
}

/** Somebody who never had the task, somebody who had it before a shuffle, and a manager. */
async function wrongPeople(stage: Stage, known: KnownTask): Promise<void> {
  const { findings, manager } = stage;
  const stranger = somebody(stage, known, (had) => !had);
  const byManager = await manager.command("POST", path(known));
  findings.equal("a completion by a manager", codeOf(byManager), "403 not_assignee");
  if (stranger !== undefined) {
    const answer = await stranger.command("POST", path(known));
    findings.equal("a completion by somebody else", codeOf(answer), "403 not_assignee");
  }
  const moved = completable(stage, Number.POSITIVE_INFINITY).find((each) =>
    somebody(stage, each, (had) => had),
  );
  const former = moved === undefined ? undefined : somebody(stage, moved, (had) => had);
  findings.check(former !== undefined, "two shuffles left no task with a former assignee");
  if (moved === undefined || former === undefined) return;
  const answer = await former.command("POST", path(moved));
  findings.equal("a completion by a former assignee", codeOf(answer), "409 task_reassigned");
}

/** Somebody who does not have the task now, and had it before or not. */
function somebody(
  { books, sessions }: Stage,
  known: KnownTask,
  wanted: (had: boolean) => boolean,
): Session | undefined {
  const had = new Set(books.ofTask(known.task.id, "fee").map(({ userId }) => userId));
  return [...sessions.values()].find(
    ({ user }) => user.role === "employee" && user.id !== known.assigneeId && wanted(had.has(user.id)),
  );
}

function checkDone({ findings }: Stage, { task, assigneeId }: KnownTask, done: Task): void {
  const told = [done.id, done.status, done.assignee.id, done.feeMinor, done.rewardMinor];
  findings.equal(`task #${task.number} completed`, told, [
    task.id,
    "done",
    assigneeId,
    task.feeMinor,
    task.rewardMinor,
  ]);
  findings.check(done.completedAt !== null, `task #${task.number} is done and has no completedAt`);
}

function assigneeOf({ sessions }: Stage, { assigneeId }: KnownTask): Session {
  const session = sessions.get(assigneeId);
  if (session === undefined) throw new Error(`the demo is not signed in as ${assigneeId}`);
  return session;
}

function path({ task }: KnownTask): string {
  return `/tasks/${task.id}/complete`;
}

function codeOf({ status, code }: Answer<unknown>): string {
  return `${status} ${code}`;
}
