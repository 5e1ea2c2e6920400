/**
 * Every task against the books: its prices are those of its creation (ACC-1), its history names each assignment and
 * each fee, the completion and the one reward, all on the dates that the accounts booked (TT-10, ACC-4).
 */
import type { HistoryItem, Task } from "./answers.ts";
import type { KnownTask, Movement } from "./books.ts";
import { inParallel } from "./in-parallel.ts";
import { HANDS, readerOf, type Stage } from "./stage.ts";

export async function auditTasks(stage: Stage, tasks: readonly Task[]): Promise<void> {
  const { books, findings, narrator } = stage;
  findings.equal("tasks that the board shows", tasks.length, books.tasks.size);
  for (const task of tasks) {
    const known = books.tasks.get(task.id);
    if (known !== undefined) auditTask(stage, known, task);
  }
  const items = await inParallel([...books.tasks.values()], HANDS, (known, index) =>
    auditHistory(stage, known, index),
  );
  const count = items.reduce((sum, each) => sum + each, 0);
  narrator.say(`compared ${tasks.length} tasks and ${count} items of their histories with the books`);
  const drawn = `${spread(tasks.map((task) => task.feeMinor))}, rewards ${spread(tasks.map((task) => task.rewardMinor))}`;
  narrator.say(`prices have not changed: fees ${drawn}`);
}

function spread(amounts: readonly number[]): string {
  const mean = amounts.reduce((sum, amount) => sum + amount, 0) / amounts.length;
  return `${Math.min(...amounts)}..${Math.max(...amounts)}, ${mean.toFixed(1)} on average`;
}

function auditTask({ findings }: Stage, known: KnownTask, task: Task): void {
  const { feeMinor, rewardMinor, jiraId } = known.task;
  const what = `task #${task.number}`;
  findings.equal(`${what}, prices`, [task.feeMinor, task.rewardMinor], [feeMinor, rewardMinor]);
  findings.equal(`${what}, Jira id`, task.jiraId, jiraId);
  findings.equal(`${what}, assignee`, task.assignee.id, known.assigneeId);
  findings.equal(`${what}, done`, task.status === "done", known.isDone);
  findings.equal(`${what}, its money`, task.billing, {
    fee: "charged",
    reward: known.isDone ? "paid" : "none",
  });
}

async function auditHistory(stage: Stage, { task }: KnownTask, index: number): Promise<number> {
  const { books, findings } = stage;
  const { items } = await readerOf(stage, index).read<{ items: HistoryItem[] }>(`/tasks/${task.id}/history`);
  const fees = books.ofTask(task.id, "fee");
  const rewards = books.ofTask(task.id, "reward");
  const what = `the history of task #${task.number}`;
  // A task of before has assignments of before: the last ones are the books'.
  const ours = (kind: HistoryItem["kind"], count: number) =>
    count === 0 ? [] : items.filter((item) => item.kind === kind).slice(-count);
  findings.equal(`${what}, assignments`, ours("assigned", fees.length).map(toldOf), fees.map(bookedOf));
  findings.equal(
    `${what}, fees`,
    ours("fee", fees.length).map(amountTold).sort(),
    fees.map(amountBooked).sort(),
  );
  findings.equal(`${what}, completions`, ours("completed", 1).map(toldOf), rewards.map(bookedOf));
  findings.equal(`${what}, rewards`, ours("reward", 1).map(amountTold), rewards.map(amountBooked));
  findings.equal(`${what}, one fee per assignment`, count(items, "fee"), count(items, "assigned"));
  return items.length;
}

/** Who and on which business date: what the board says, and what the accounts booked for it. */
function toldOf({ assignee, businessDate }: HistoryItem): string {
  return `${assignee.id} ${businessDate}`;
}

function bookedOf({ userId, bookedOn }: Movement): string {
  return `${userId} ${bookedOn}`;
}

function amountTold(item: HistoryItem): string {
  return `${toldOf(item)} ${item.amountMinor}`;
}

function amountBooked(movement: Movement): string {
  return `${bookedOf(movement)} ${movement.amountMinor}`;
}

function count(items: readonly HistoryItem[], kind: HistoryItem["kind"]): number {
  return items.filter((item) => item.kind === kind).length;
}
