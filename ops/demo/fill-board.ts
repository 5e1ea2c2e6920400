/** Creates tasks as various people, with and without a Jira id, and looks at each answer (TT-2, TT-3, ACC-1). */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Task } from "./answers.ts";
import { type Answer, type Session, UnexpectedAnswer } from "./api-client.ts";
import { inParallel } from "./in-parallel.ts";
import { HANDS, nameOf, readerOf, type Stage } from "./stage.ts";

export const FEE = { from: 10, to: 20 } as const;
export const REWARD = { from: 20, to: 40 } as const;

const JIRA_EVERY = 3;
/** Asks for the promise at once: the way of an answer that takes too long is gone too. */
const PROMISED_EVERY = 25;
/** Of the first tasks: the very first one, and the one that is said twice. */
const BY_HAND = 2;
const NOBODY_LOOKS_MAX = 100;
const NOBODY_LOOK_MS = 100;

const WORK = [
  "Polish the perch of the meeting room",
  "Teach the build to whistle",
  "Count the feathers in staging",
  "Find out who taught the printer to swear",
  "Sort the seeds by colour",
  "Почистить клетку отчётов",
];

interface NewTask {
  readonly title: string;
  readonly jiraId?: string;
}

/** The first tasks, and what may and may not be said when creating and editing one. */
export async function beginBoard(stage: Stage, count: number): Promise<void> {
  await firstTask(stage);
  await refusedPrices(stage);
  await repeatedCreation(stage);
  await createTasks(stage, count - BY_HAND);
  await editedTask(stage);
}

export async function createTasks(stage: Stage, count: number): Promise<void> {
  const { books, date, narrator } = stage;
  const first = books.tasks.size;
  const indexes = Array.from({ length: count }, (_, index) => first + index);
  await inParallel(indexes, HANDS, async (index) => books.create(await createTask(stage, index), [date]));
  narrator.say(`${books.tasks.size} tasks are on the board; fees and rewards are within their bounds`);
}

/** Answers the task; the books are the caller's, who knows on which date it may be. */
export async function createTask(stage: Stage, index: number): Promise<Task> {
  const creator = readerOf(stage, index);
  const wanted = newTask(index);
  const wish = index % PROMISED_EVERY === 0 ? { prefer: "respond-async" } : {};
  const task = await creator.order<Task>("POST", "/tasks", wanted, wish);
  checkNewTask(stage, task, wanted, creator);
  return task;
}

function newTask(index: number): NewTask {
  const title = `${WORK[index % WORK.length]}, part ${index}`;
  // In small letters: stored bare and in capitals (EVT-2).
  return index % JIRA_EVERY === 0 ? { title, jiraId: `pop-${index}` } : { title };
}

/** The board hears of the people just hired in a moment; until then nobody can be given a task. */
async function firstTask(stage: Stage): Promise<void> {
  for (let look = 0; look < NOBODY_LOOKS_MAX; look++) {
    const answer = await stage.manager.command<Task>("POST", "/tasks", newTask(0));
    if (answer.status === 201) return stage.books.create(answer.body, [stage.date]);
    if (answer.code !== "nobody_to_assign") throw new UnexpectedAnswer("the first task", answer);
    await sleep(NOBODY_LOOK_MS, undefined, { signal: stage.signal });
  }
  throw new Error("the board still knows nobody to give a task to");
}

function checkNewTask({ findings, people }: Stage, task: Task, wanted: NewTask, creator: Session): void {
  const { title, jiraId, status, feeMinor, rewardMinor } = task;
  const what = `task #${task.number}`;
  findings.equal(
    `${what}, title and Jira id`,
    [title, jiraId],
    [wanted.title, wanted.jiraId?.toUpperCase() ?? null],
  );
  findings.equal(`${what}, status and creator`, [status, task.createdBy.id], ["open", creator.user.id]);
  const role = people.get(task.assignee.id)?.role;
  findings.check(role === "employee" || role === "accountant", `${what} was assigned to a ${role}`);
  findings.check(isWithin(feeMinor, FEE), `${what} has a fee of ${feeMinor}`);
  findings.check(isWithin(rewardMinor, REWARD), `${what} has a reward of ${rewardMinor}`);
}

function isWithin(amount: number, { from, to }: { from: number; to: number }): boolean {
  return Number.isInteger(amount) && amount >= from && amount <= to;
}

async function refusedPrices({ findings, manager }: Stage): Promise<void> {
  const { status } = await manager.command("POST", "/tasks", {
    title: "My own price",
    rewardMinor: 1_000_000,
  });
  findings.equal("a task with a price of the client's", status, 400);
}

/** The same key again is the same task, not another one. */
async function repeatedCreation({ findings, books, manager, date }: Stage): Promise<void> {
  const wish = { key: randomUUID() };
  const create = () => manager.command<Task>("POST", "/tasks", { title: "Said twice, meant once" }, wish);
  const first = await create();
  const again: Answer<Task> = await create();
  books.create(first.body, [date]);
  findings.equal("a creation repeated with its key", [again.status, again.body], [first.status, first.body]);
  findings.check(again.replayed, "a repeated creation is not marked with Idempotency-Replayed");
}

/** Other words change neither prices nor the assignee (TT-9). */
async function editedTask(stage: Stage): Promise<void> {
  const known = stage.books.openTasks()[0];
  if (known === undefined) return;
  const title = `${known.task.title}, said better`;
  const edited = await stage.manager.order<Task>("PATCH", `/tasks/${known.task.id}`, { title });
  known.titles.add(title);
  const same = ({ feeMinor, rewardMinor }: Task) => [feeMinor, rewardMinor];
  stage.findings.equal("an edited task's title", edited.title, title);
  stage.findings.equal("an edited task's prices", same(edited), same(known.task));
  const [now, then] = [edited.assignee.id, known.assigneeId].map((id) => nameOf(stage, id));
  stage.findings.equal("an edited task's assignee", now, then);
}
